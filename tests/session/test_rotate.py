"""`rotate` keeps the data under a new id."""

from __future__ import annotations

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, StoreUnavailable, UrlSession
from fluxlit_component.identifier import is_well_formed
from tests.visitor import Visitor, assign, defaults, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_rotate_keeps_the_data_under_a_new_id(store: InMemorySessionStore) -> None:
    """And what the rotating run changed is with the new id only."""
    visitor = Visitor(defaults(a=1), store=store)
    old = visitor.sid

    def body(session: UrlSession) -> None:
        if session.id == old:
            assert session.rotate()
            st.session_state["b"] = 2

    visitor.run(body)
    new = visitor.session.id
    assert is_well_formed(new)
    assert new != old
    assert store.get(new or "") == {"a": 1, "b": 2}
    assert store.get(old) in ({"a": 1}, None)
    assert visitor.run(nothing).state == {"a": 1, "b": 2}


def test_what_a_rotation_protects_is_never_under_the_old_id(store: InMemorySessionStore) -> None:
    """Somebody who knows the old id may open it until the browser has confirmed the new one."""
    visitor, under_the_old = Visitor(defaults(a=1), store=store), []
    old = visitor.sid

    def body(session: UrlSession) -> None:
        if session.id == old:
            st.session_state["admin"] = True
            st.session_state["a"] = 2
            assert session.rotate()
            under_the_old.append(store.get(old))

    visitor.run(body)
    assert under_the_old == [{"a": 1}]
    assert store.get(visitor.session.id or "") == {"a": 2, "admin": True}


def test_a_rotation_that_fails_leaves_id_and_links(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a new id makes the links of the old one useless."""
    visitor, done = Visitor(defaults(a=1), store=store), []
    old, links = visitor.sid, []
    visitor.run(lambda session: session.link(once=False))

    def fails(*_: object) -> bool:
        raise StoreUnavailable("no answer")

    def body(session: UrlSession) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(store, "copy", fails)
            done.append(session.rotate())
        links[:] = [link.is_open for link in session.links()]

    visitor.run(body)
    assert done == [False]
    assert visitor.session.id == old
    assert links == [True]


def test_one_of_two_rotations_in_a_run_fails(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id is new, so the browser is to hear of it at once: the block ends in a rerun."""
    visitor, done = Visitor(defaults(a=1), store=store), []
    old = visitor.sid

    def body(session: UrlSession) -> None:
        done.append(session.id == old and session.rotate())
        if done == [True]:
            with monkeypatch.context() as patched:
                patched.setattr(store, "copy", lambda *_: False)
                done.append(session.rotate())

    visitor.run(body)
    assert done == [True, False, False]  # the last is the rerun's


def test_the_rotated_session_survives_a_reload(store: InMemorySessionStore) -> None:
    """AppTest's query follows to the new id."""
    visitor = Visitor(defaults(a=1), store=store)
    old = visitor.sid
    visitor.run(lambda session: session.rotate() if session.id == old else None)
    visitor.run(assign(b=2))
    assert visitor.reload(nothing).state == {"a": 1, "b": 2}
