"""Hooks of a session: who is told what, and that a hook which fails breaks nothing."""

from __future__ import annotations

import logging
from typing import Any, get_args

import pytest
import streamlit as st

from fluxlit_component import Event, InMemorySessionStore, StoreUnavailable
from fluxlit_component.codec import encode
from fluxlit_component.hooks import Hook, Kind
from fluxlit_component.state.record import Change, Commit, Outcome
from fluxlit_component.stores.outage import breaker_of
from fluxlit_component.tab.tabs import forget_tabs
from tests.turnable import TurnableClock
from tests.visitor import Visitor, assign, delete, nothing

pytestmark = pytest.mark.usefixtures("forced")
KINDS: tuple[str, ...] = get_args(Kind)


class TimedStore(InMemorySessionStore):
    """Expires by a clock that a test turns, and is down when told to."""

    def __init__(self) -> None:
        self.time = TurnableClock()
        self.is_down = False
        super().__init__(clock=self.time)

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        if self.is_down:
            raise StoreUnavailable("no answer")
        return super().commit(session_id, commit)


class Told:
    """What the hooks were told since it was last asked."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self.hooks: dict[str, Hook] = {f"on_{kind}": self._events.append for kind in KINDS}

    def news(self) -> list[tuple[str, tuple[str, ...]]]:
        """Kind and keys of each."""
        news = [(event.kind, event.keys) for event in self._events]
        self._events.clear()
        return news


@pytest.fixture
def store() -> TimedStore:
    """A store whose sessions last as long as the test wants."""
    return TimedStore()


@pytest.fixture
def told() -> Told:
    """Listens on every hook."""
    return Told()


def test_a_visit_is_told(store: TimedStore, told: Told) -> None:
    """Who came, what was written, deletions too, and what came back; keys are sorted."""
    visitor = Visitor(assign(b=1, a=2), store=store, **told.hooks)
    assert told.news() == [("new", ()), ("persist", ("a", "b"))]
    visitor.run()
    assert told.news() == []
    visitor.run(assign(b=3))
    assert told.news() == [("persist", ("b",))]
    visitor = visitor.reload(nothing)
    assert told.news() == [("restore", ("a", "b"))]
    visitor.run(delete("a"))
    assert told.news() == [("persist", ("a",))]
    visitor.reload(nothing)
    assert told.news() == [("restore", ("b",))]


def test_a_visitor_without_state_is_new_at_every_visit(store: TimedStore, told: Told) -> None:
    """Nothing is written, so nothing comes back."""
    Visitor(nothing, store=store, **told.hooks).reload()
    assert told.news() == [("new", ()), ("new", ())]


def test_the_end_of_a_living_tabs_record_is_told(store: TimedStore, told: Told) -> None:
    """Its state is written again, whole and under a fresh id; a tab that comes back later is new."""
    visitor = Visitor(assign(a=1, b=2), store=store, ttl_seconds=60, **told.hooks)
    expired = visitor.sid
    store.time.advance(59)
    visitor.run(assign(b=3))
    told.news()
    store.time.advance(61)
    visitor.run(assign(b=4))
    assert told.news() == [("expire", ()), ("persist", ("a", "b"))]
    assert visitor.run(nothing).sid != expired
    assert visitor.reload(nothing).state == {"a": 1, "b": 4}
    told.news()
    store.time.advance(61)
    assert visitor.reload(nothing).state == {}
    assert told.news() == [("new", ())]


def test_what_another_tab_wrote_is_told(store: TimedStore, told: Told) -> None:
    """Only the keys that both have written; this tab's value won."""
    visitor = Visitor(assign(a=1, b=1), store=store, **told.hooks)
    store.commit(visitor.sid, Commit({"a": Change(encode(2), base=1), "b": Change(encode(2), base=1)}))
    told.news()
    visitor.run(assign(a=3, c=3))
    assert told.news() == [("persist", ("a", "c")), ("conflict", ("a",))]


def test_what_is_not_kept_is_told_once(store: TimedStore) -> None:
    """By name and with the reason."""
    events: list[Event] = []
    visitor = Visitor(assign(a=1, f=print), store=store, on_skip=events.append)
    visitor.run().run()
    assert [(event.keys, list(event.reasons)) for event in events] == [(("f",), ["f"])]
    assert "cannot be stored" in events[0].reasons["f"]


def test_hooks_that_fail_break_nothing(store: TimedStore, caplog: pytest.LogCaptureFixture) -> None:
    """Each is named in the log by what it raised; all is saved and comes back."""
    caplog.set_level(logging.WARNING, logger="fluxlit_component")
    failing: dict[str, Any] = {f"on_{kind}": lambda _: 1 / 0 for kind in KINDS}
    visitor = Visitor(assign(a=1, f=print), store=store, ttl_seconds=60, **failing)
    store.commit(visitor.sid, Commit({"a": Change(encode(2), base=1)}, idle_seconds=60))
    visitor.run(assign(a=3))
    forget_tabs()
    visitor = visitor.reload(nothing)
    store.time.advance(61)
    visitor.run(assign(b=4))
    store.is_down = True
    visitor.run(lambda _: st.session_state.update(c=5))
    assert visitor.session.status == "degraded"
    assert {k: v for k, v in visitor.state.items() if k != "f"} == {"a": 3, "b": 4, "c": 5}
    assert store.get(str(visitor.session.id)) == {"a": 3, "b": 4}
    store.is_down = False
    breaker_of(store).succeeded()  # a busy machine may have opened it for a while
    visitor.seen["options"]["identity"] = "ada"
    visitor.run(nothing)
    for kind in KINDS:
        assert f"the on_{kind} hook failed: ZeroDivisionError" in caplog.messages
