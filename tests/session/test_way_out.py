"""Every way out of a run saves, also the one out of a fragment."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, UrlSession
from fluxlit_component.tab.persist import Persist
from tests.visitor import Visitor, defaults, delete, nothing

pytestmark = pytest.mark.usefixtures("forced")


def fail() -> None:
    """The app's own error."""
    raise ValueError("the app failed")


@pytest.mark.parametrize("leave", [st.stop, fail, lambda: st.error("no way out")])
def test_every_way_out_saves(store: InMemorySessionStore, leave: Callable[[], object]) -> None:
    """Stopped, failed or simply over."""

    def body(_: UrlSession) -> None:
        st.session_state["a"] = 1
        leave()

    visitor = Visitor(body, store=store, may_fail=True)
    assert store.get(visitor.sid) == {"a": 1}
    assert bool(visitor.at.exception) is (leave is fail)


def test_a_rerun_saves(store: InMemorySessionStore) -> None:
    """Both the run that was left and the one that followed."""

    def body(_: UrlSession) -> None:
        if "first" not in st.session_state:
            st.session_state["first"] = 1
            st.rerun()
        st.session_state["second"] = 2

    assert store.get(Visitor(body, store=store).sid) == {"first": 1, "second": 2}


def test_the_apps_exception_is_the_apps(store: InMemorySessionStore) -> None:
    """It is shown as without the session."""
    visitor = Visitor(lambda _: fail(), store=store, may_fail=True)
    assert visitor.at.exception[0].message == "the app failed"


def test_persist_saves_at_once(store: InMemorySessionStore) -> None:
    """In the middle of a run, before what comes after it fails to."""
    found: list[object] = []

    def body(session: UrlSession) -> None:
        st.session_state["a"] = 1
        found.append(session.persist())
        found.append(store.get(session.id or ""))
        st.session_state["b"] = 2

    visitor = Visitor(body, store=store)
    assert found == [True, {"a": 1}]
    assert store.get(visitor.sid) == {"a": 1, "b": 2}


def test_without_with_the_next_run_saves(store: InMemorySessionStore) -> None:
    """What a run changed is written when the next one begins."""
    visitor = Visitor(defaults(a=1), store=store, use_with=False)
    assert store.get(visitor.sid) is None
    visitor.run(nothing)
    assert store.get(visitor.sid) == {"a": 1}
    visitor.run(delete("a"))
    visitor.run(nothing)
    assert store.get(visitor.sid) == {}


def test_without_with_persist_saves(store: InMemorySessionStore) -> None:
    """Called at the end of the script it does what the block does."""

    def body(session: UrlSession) -> None:
        st.session_state["a"] = 1
        st.text_input("Name", key="name")
        session.persist()

    visitor = Visitor(body, store=store, use_with=False)
    visitor.at.text_input(key="name").set_value("x").run()
    assert store.get(visitor.sid) == {"a": 1, "name": "x"}
    assert visitor.reload(nothing).state == {"a": 1, "name": "x"}


def test_a_save_that_fails_is_no_save(store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever's fault it is: the app and the visitor are told, until a save has succeeded."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake")

    answers: list[bool] = []
    visitor = Visitor(defaults(a=1), store=store)
    with monkeypatch.context() as patch:
        patch.setattr(Persist, "_save", fail)
        visitor.run(lambda session: answers.append(session.persist()))
        assert visitor.session.status == "degraded"
    visitor.run(lambda session: answers.append(session.persist()))
    assert (answers, visitor.session.status) == ([False, True], "ready")


def test_a_fragment_in_a_full_run_works(store: InMemorySessionStore) -> None:
    """AppTest never runs a fragment alone; in a full run it is an ordinary function that returns."""

    def body(session: UrlSession) -> None:
        @session.fragment
        def plain() -> str:
            st.session_state["a"] = 1
            return "returned"

        @session.fragment(run_every=60)
        def timed(value: int) -> None:
            st.session_state["b"] = value

        st.session_state["result"] = plain()
        timed(2)

    visitor = Visitor(body, store=store)
    assert store.get(visitor.sid) == {"a": 1, "b": 2, "result": "returned"}


def test_a_fragment_takes_what_streamlits_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All arguments of the installed release reach it, those of a release to come as well."""
    taken: list[dict[str, Any]] = []

    def fragment(func: Callable[[], None], **options: Any) -> Callable[[], None]:
        taken.append(options)
        return func

    theirs = {name: object() for name in inspect.signature(st.fragment).parameters if name != "func"}
    assert "run_every" in theirs
    monkeypatch.setattr(st, "fragment", fragment)
    UrlSession(None, None).fragment(**theirs, still_to_come=1)(lambda: None)
    assert taken == [{**theirs, "still_to_come": 1}]
