"""`clear` empties the session under its id, `destroy` ends it."""

from __future__ import annotations

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, UrlSession
from fluxlit_component.identifier import is_well_formed
from tests.visitor import Visitor, assign, defaults, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_clear_empties_state_and_record(store: InMemorySessionStore) -> None:
    """The id stays."""
    visitor = Visitor(defaults(a=1, b=2), store=store)
    sid = visitor.sid
    visitor.run(lambda session: session.clear())
    assert visitor.state == {}
    assert store.get(sid) == {}
    assert visitor.run(nothing).session.id == sid
    assert visitor.reload(nothing).state == {}


def test_clear_spares_what_is_not_kept(store: InMemorySessionStore) -> None:
    """An excluded key is none of its business."""
    visitor = Visitor(defaults(a=1, mine=2), store=store, exclude=["mine"])
    visitor.run(lambda session: session.clear())
    assert visitor.state == {"mine": 2}


def test_what_is_set_after_clear_is_kept(store: InMemorySessionStore) -> None:
    """In the same run."""

    def body(session: UrlSession) -> None:
        session.clear()
        st.session_state["b"] = 2

    visitor = Visitor(defaults(a=1, b=1), store=store).run(body)
    assert visitor.reload(nothing).state == {"b": 2}


def test_destroy_ends_the_session(store: InMemorySessionStore) -> None:
    """The record is gone for good; the next run begins empty, under a new id."""
    visitor = Visitor(defaults(a=1), store=store)
    old = visitor.sid
    answers: list[bool] = []
    visitor.run(lambda session: answers.append(session.destroy()))
    assert answers == [True]
    assert store.get(old) is None
    visitor.run(nothing)
    assert visitor.state == {}
    assert is_well_formed(visitor.session.id)
    assert visitor.session.id != old
    assert visitor.session.is_new
    visitor.run(assign(b=2))
    assert store.get(old) is None
    assert store.get(visitor.session.id or "") == {"b": 2}


def test_the_rest_of_a_destroying_run_is_not_saved(store: InMemorySessionStore) -> None:
    """It still sees its state, but nothing of it comes into the new session."""

    def body(session: UrlSession) -> None:
        session.destroy()
        st.session_state["late"] = st.session_state["a"]

    visitor = Visitor(defaults(a=1), store=store).run(body)
    assert visitor.state == {"a": 1, "late": 1}
    assert visitor.run(nothing).state == {}
    assert store.get(visitor.session.id or "") is None


@pytest.mark.parametrize("use_with", [True, False])
def test_a_rerun_after_a_destroy_begins_empty_too(store: InMemorySessionStore, *, use_with: bool) -> None:
    """Whatever the run before it has set is of the session that has ended."""

    def body(session: UrlSession) -> None:
        st.session_state["visits"] = st.session_state.get("visits", 0) + 1
        if st.session_state["visits"] == 2:
            st.session_state["card"] = "4111"
            session.destroy()
            st.rerun()

    visitor = Visitor(body, store=store, use_with=use_with).run()
    assert visitor.state == {"visits": 1}
    assert visitor.reload(nothing).state == {"visits": 1}


def test_persist_is_false_where_another_tab_has_ended_the_session(store: InMemorySessionStore) -> None:
    """Its changes are not in the store, and never will be."""
    answers: list[bool] = []

    def body(session: UrlSession) -> None:
        st.session_state["a"] += 1
        answers.append(session.persist())

    one = Visitor(defaults(a=1), store=store)
    other = Visitor(nothing, query=dict(one.at.query_params), store=store)
    other.run(body)
    one.run(UrlSession.destroy)
    other.run(body)
    assert answers == [True, False]


def test_a_destroyed_id_is_replaced_after_a_reload(store: InMemorySessionStore) -> None:
    """An old link leads to a new session."""
    visitor = Visitor(defaults(a=1), store=store)
    query = dict(visitor.at.query_params)
    visitor.run(lambda session: session.destroy())
    late = Visitor(nothing, query=query, store=store)
    assert late.session.is_new
    assert late.state == {}


def test_the_session_after_a_destroy_survives_a_reload(store: InMemorySessionStore) -> None:
    """AppTest's query follows to the new id."""
    visitor = Visitor(defaults(a=1), store=store)
    visitor.run(lambda session: session.destroy()).run(assign(b=2))
    assert visitor.reload(nothing).state == {"b": 2}
