"""What no store can hold comes back by reference, as long as this process has it; then it is told by name.

In AppTest a reload is another AppTest with the same query. The browser has `e2e/test_live_values.py`.
"""

from __future__ import annotations

import gc
import os
import threading
import weakref
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
import streamlit as st

from fluxlit_component import Caps, Event, InMemorySessionStore, StoreUnavailable, UrlSession, internals
from fluxlit_component.state import live
from fluxlit_component.state.record import Outcome
from fluxlit_component.stores.outage import Breaker, breaker_of
from fluxlit_component.tab import tab as tab_module
from fluxlit_component.tab import tabs
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import forget_tabs, keep, leave_page
from tests.visitor import Body, Visitor, assign, nothing

RELEASE = tuple(int(part) for part in st.__version__.split(".")[:2])
pytestmark = pytest.mark.usefixtures("forced")


class Agent:
    """A class of the app's own that nobody has registered."""

    def __init__(self, name: str = "") -> None:
        self.name = name


def guarded(_: UrlSession) -> None:
    """The usual init guard, with a flag beside the objects."""
    if "ready" not in st.session_state:
        st.session_state.agent, st.session_state.lock = Agent(), threading.Lock()
        st.session_state.turns = (number for number in range(9))
        st.session_state.ready = True
    if "agent" not in st.session_state:
        st.session_state.agent = Agent()
    st.session_state.turn = next(st.session_state.turns) if "turns" in st.session_state else None


def emptied(_: UrlSession) -> None:
    """Delete one key and set another."""
    st.session_state.pop("cart", None)
    st.session_state.n = 2


def f5(visitor: Visitor, body: Body | None = None, **options: Any) -> Visitor:
    """Load the page anew; what AppTest cannot tell: the browser has left the old one."""
    leave_page(internals.anchor_in_app_test(visitor.at))
    return visitor.reload(body, **options)


@pytest.fixture
def store() -> InMemorySessionStore:
    """A store that outlives the process of the test's imagination."""
    return InMemorySessionStore()


def test_objects_and_flags_come_back_together(store: InMemorySessionStore) -> None:
    """The very same objects, a generator at the place where it was; nothing is lost."""
    first = Visitor(guarded, store=store)
    agent, lock = first.state["agent"], first.state["lock"]
    second = f5(first)
    assert second.state["agent"] is agent
    assert second.state["lock"] is lock
    assert second.state["turn"] == 1
    assert second.session.lost == ()
    assert set(second.session.restored) == {"agent", "lock", "turns", "ready", "turn"}
    third = f5(second.run())
    assert (third.state["agent"] is agent, third.state["turn"]) == (True, 3)


def test_after_a_restart_the_keys_are_absent_and_named(store: InMemorySessionStore) -> None:
    """Once for each page load; a guard that asks for the object itself makes it again."""
    told: list[Event] = []
    first = Visitor(guarded, store=store, on_lost=told.append)
    agent = first.state["agent"]
    forget_tabs()
    second = f5(first)
    assert second.session.lost == ("agent", "lock", "turns")
    assert [(event.kind, event.keys) for event in told] == [("lost", ("agent", "lock", "turns"))]
    assert second.state["agent"] is not agent
    assert "lock" not in second.state
    assert second.state["ready"] is True
    third = f5(second)
    assert third.session.lost == ("lock", "turns"), "nobody has made them again"
    assert third.state["agent"] is second.state["agent"]


def test_a_session_of_live_values_alone(store: InMemorySessionStore) -> None:
    """The record has nothing but their names, and nothing any more when they are deleted."""
    first = Visitor(lambda _: st.session_state.setdefault("lock", threading.Lock()), store=store)
    second = f5(first, nothing)
    assert second.state["lock"] is first.state["lock"]
    second.run(lambda _: st.session_state.pop("lock"))
    record = store.load(second.sid)
    assert record is not None
    assert live.noted(record) == {}
    third = f5(second, nothing)
    assert (third.state, third.session.lost) == ({}, ())


def test_what_outgrows_its_cap_is_live(store: InMemorySessionStore) -> None:
    """It and what points into it come back together; its older version is in the record no more."""

    def grow(_: UrlSession) -> None:
        rows = st.session_state.setdefault("rows", [])
        rows.append("x" * 400)
        st.session_state.last = len(rows) - 1

    visitor = Visitor(grow, store=store, caps=Caps(value_bytes=1000))
    for _ in range(4):
        visitor.run()
    rows = visitor.state["rows"]
    second = f5(visitor, nothing)
    assert second.state["rows"] is rows
    assert second.state["last"] == len(rows) - 1
    forget_tabs()
    third = f5(second, nothing)
    assert (third.session.lost, third.state) == (("rows",), {"last": len(rows) - 1})


@pytest.mark.parametrize(
    ("options", "lost"),
    [
        ({"live_seconds": 0}, ("lick", "lock")),
        ({"caps": Caps(live=1)}, ("lock",)),
        ({"exclude": ["l?ck"]}, ()),
    ],
    ids=["off", "bounded", "excluded"],
)
def test_bounds(store: InMemorySessionStore, options: dict[str, Any], lost: tuple[str, ...]) -> None:
    """Not held at all, or no more than so many; the others are named until the app deletes them."""

    def body(_: UrlSession) -> None:
        for key in ("lock", "lick"):
            st.session_state.setdefault(key, threading.Lock())
        st.session_state.a = 1

    told: list[Event] = []
    first = Visitor(body, store=store, on_lost=told.append, **options)
    second = f5(first.run(), nothing)
    assert len(second.state) == (2 if "caps" in options else 1)
    assert second.session.lost == lost
    assert [event.keys for event in told] == [lost] * bool(lost)
    assert f5(second).session.lost == lost, "nobody has made them again"


def test_the_same_ones_are_held_and_what_is_deleted_is_not_lost(store: InMemorySessionStore) -> None:
    """Those that are held stay, also if others come that sort before them."""
    caps = Caps(live=2)
    first = Visitor(lambda _: st.session_state.update(c=Agent("c"), d=Agent("d")), store=store, caps=caps)
    held = first.state["c"]
    first.run(lambda _: st.session_state.update(a=Agent(), b=Agent()))
    second = f5(first.run(lambda _: st.session_state.pop("b")), nothing)
    assert (set(second.state), second.session.lost) == ({"c", "d"}, ("a",))
    assert second.state["c"] is held


def test_never_to_another_person_or_by_a_link(store: InMemorySessionStore) -> None:
    """Who signs in takes them along; who comes after finds nothing, and a link brings none."""
    links: list[str] = []

    def body(session: UrlSession) -> None:
        st.session_state.setdefault("lock", threading.Lock())
        st.session_state.a = 1
        if not links:
            links.append(session.link(once=False))

    first = Visitor(body, store=store, identity=None)
    lock = first.state["lock"]
    ada = f5(first, nothing, identity="ada")
    assert ada.state["lock"] is lock
    assert f5(ada, nothing, identity="bob").state == {}
    assert f5(ada, nothing, identity=None).state == {}
    assert f5(ada, nothing, identity="ada").state["lock"] is lock


def test_while_a_browser_is_connected_it_keeps_its_own(store: InMemorySessionStore) -> None:
    """A second tab of the same session gets none; they stay named for the first one."""
    first = Visitor(guarded, store=store)
    second = first.reload(nothing)
    assert second.session.lost == ("agent", "lock", "turns")
    assert set(f5(first).state) == {"agent", "lock", "turns", "ready", "turn"}


@pytest.mark.skipif(RELEASE < (1, 60), reason="AppTest of older releases cannot send such a choice")
def test_a_choice_among_objects_comes_back(store: InMemorySessionStore) -> None:
    """No store can hold the options, so the choice comes back by reference, and ends with its widget."""
    agents = [Agent("one"), Agent("two")]

    def choosing(_: UrlSession) -> None:
        st.selectbox("Agent", agents, key="of", format_func=lambda agent: agent.name)

    first = Visitor(choosing, store=store)
    first.at.selectbox(key="of").select_index(1).run()
    second = f5(first)
    assert (second.state["of"].name, second.session.lost) == ("two", ())
    assert f5(second, nothing).run().state == {}


@pytest.mark.parametrize("newer", ["elsewhere", "stored", "deleted"])
def test_a_newer_value_is_not_replaced_by_an_old_object(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch, newer: str
) -> None:
    """The next page load went to another process, and the one after it came back to this one."""
    first = Visitor(lambda _: st.session_state.setdefault("lock", threading.Lock()), store=store)
    leave_page(internals.anchor_in_app_test(first.at))
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 1)
        patch.setattr(tabs, "_tabs", weakref.WeakKeyDictionary())
        second = first.reload(assign(lock="text") if newer == "stored" else guarded)
        assert "lock" in second.session.lost
        if newer == "deleted":
            second.run(lambda _: st.session_state.pop("lock"))
    third = first.reload(nothing)
    assert third.state.get("lock") == ("text" if newer == "stored" else None)


def chosen(store: InMemorySessionStore, **options: Any) -> Visitor:
    """A visitor who has chosen among objects; the app itself had assigned another one of them before."""
    agents = [Agent("one"), Agent("two")]

    def choosing(_: UrlSession) -> None:
        st.selectbox("Agent", agents, key="of", format_func=lambda agent: agent.name)

    visitor = Visitor(assign(of=agents[0]), store=store, **options).run(choosing)
    visitor.at.selectbox(key="of").select_index(1).run()
    return visitor


@pytest.mark.skipif(RELEASE < (1, 60), reason="AppTest of older releases cannot send such a choice")
def test_what_is_under_a_choice_does_not_come_back_without_it(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has deleted the key since."""
    first = chosen(store)
    leave_page(internals.anchor_in_app_test(first.at))
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 1)
        patch.setattr(tabs, "_tabs", weakref.WeakKeyDictionary())
        first.reload(assign(of=1)).run(lambda _: st.session_state.pop("of"))
    assert first.reload(nothing).state == {}


def test_a_page_hands_its_objects_over_once(store: InMemorySessionStore) -> None:
    """A tab that is copied after F5 holds objects of its own, like one that was copied before."""
    first = Visitor(lambda _: st.session_state.setdefault("log", ["a"]), store=store)
    second = f5(first)
    assert second.state["log"] is first.state["log"]
    copy = second.reload()
    assert (copy.state["log"], copy.state["log"] is second.state["log"]) == (["a"], False)


def refuse(*_: object, **__: object) -> NoReturn:
    """In place of a store's method: the store does not answer."""
    raise OSError("full")


def test_what_the_store_could_not_take_comes_back_in_the_same_process(store: InMemorySessionStore) -> None:
    """F5 during an outage of the store, with or without an answer to what it reads."""
    first = Visitor(assign(count=1, name="Ada"), store=store)
    for broken in (["commit"], ["commit", "load"]):
        with pytest.MonkeyPatch.context() as patch:
            for name in broken:
                patch.setattr(store, name, refuse)
            count = first.state["count"] + 1
            first.run(assign(count=count))
            assert first.session.status == "degraded"
            second = f5(first, nothing)
        breaker_of(store).succeeded()
        assert second.run().state == store.get(second.sid) == {"count": count, "name": "Ada"}
        first = f5(second)


@pytest.mark.parametrize(
    ("before", "during", "after", "broken"),
    [
        pytest.param(nothing, assign(notes=["a"]), {"notes": ["a"]}, ["commit", "load"], id="a new visitor"),
        pytest.param(nothing, assign(notes=["a"]), {"notes": ["a"]}, ["commit"], id="a new visitor, no room"),
        pytest.param(assign(cart=["tea"], n=1), emptied, {"n": 2}, ["commit", "load"], id="a deleted key"),
        pytest.param(assign(cart=["tea"], n=1), emptied, {"n": 2}, ["commit"], id="no room on the disk"),
    ],
)
def test_an_outage_over_f5_ends_with_the_newest(
    store: InMemorySessionStore, before: Body, during: Body, after: dict[str, Any], broken: list[str]
) -> None:
    """The page before F5 tries to save until the store is back, or the new one takes its changes over."""
    first = Visitor(before, store=store)
    with pytest.MonkeyPatch.context() as patch:
        for name in broken:
            patch.setattr(store, name, refuse)
        patch.setattr(Breaker, "admit", lambda *_, **__: None)  # calls of other visitors succeed meanwhile
        second = f5(first.run(during), nothing)
        assert second.run().session.status == "degraded"
    breaker_of(store).succeeded()
    assert second.run().state == store.get(second.sid) == after
    assert f5(second).state == after


class Clock:
    """The clock of a test, in place of the process's own."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def look(self, seconds: float) -> None:
        """So much later the tabs that are kept are looked after."""
        self.now += seconds
        tabs.look_after_kept()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Decides what time it is for values that are kept."""
    clock = Clock()
    monkeypatch.setattr(tabs, "monotonic", clock)
    return clock


def hold(store: InMemorySessionStore, **options: Any) -> tuple[dict[str, Any], weakref.ref[Agent]]:
    """A page that was left and that Streamlit has no more: its query, and what it has held."""

    def body(session: UrlSession) -> None:
        st.session_state.setdefault("agent", Agent()).made_by = session  # leads to the page

    page = Visitor(body, store=store, **options)
    leave_page(internals.anchor_in_app_test(page.at))
    return dict(page.at.query_params), weakref.ref(page.state["agent"])


def test_what_the_record_does_not_name_outlives_its_streamlit_session(
    store: InMemorySessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store has taken nothing since the object was made."""

    def full(*_: object) -> Outcome:
        raise StoreUnavailable("full")

    page = Visitor(lambda _: st.session_state.setdefault("runs", 1), store=store, live_seconds=600)
    with monkeypatch.context() as patched:
        patched.setattr(store, "commit", full)
        page.run(lambda _: st.session_state.setdefault("agent", threading.Lock()))
        query, agent = dict(page.at.query_params), page.state["agent"]
        leave_page(internals.anchor_in_app_test(page.at))
        patched.setattr(tab_module, "state_of", lambda *_: None)
        clock.look(180)
        page.seen.clear()
        del page
        Visitor(nothing, store=InMemorySessionStore())
        gc.collect()
    again = Visitor(nothing, query=query, store=store, live_seconds=600)
    assert again.state["agent"] is agent
    assert again.session.lost == ()


def test_what_is_over_is_let_go(store: InMemorySessionStore, clock: Clock) -> None:
    """By its time, also when nobody comes any more; taken once; by nobody else."""
    tabs._kept.clear()
    _, there = hold(store, identity="ada")
    Visitor(nothing, store=store)  # Python holds the script that ran last as its main module
    gc.collect()
    assert there() is None, "Streamlit itself has held it so long"
    query, there = hold(store, identity="ada", live_seconds=live.STREAMLITS_SECONDS + 60)
    clock.look(0)
    assert Visitor(nothing, store=store, identity="ada").state == {}
    assert Visitor(nothing, query=query, store=store, identity="bob").state == {}
    clock.look(live.STREAMLITS_SECONDS + 59)
    second = Visitor(nothing, query=query, store=store, identity="ada")
    assert second.state["agent"] is there()
    assert Visitor(nothing, query=query, store=store, identity="ada").state == {}
    del second
    _, there = hold(store, live_seconds=live.STREAMLITS_SECONDS + 60)
    clock.look(0)
    clock.look(live.STREAMLITS_SECONDS + 59)
    gc.collect()
    assert there() is not None
    clock.look(2)
    Visitor(nothing, store=store)
    gc.collect()
    assert there() is None
    assert not tabs._kept


def test_a_page_that_is_there_keeps_its_values(
    store: InMemorySessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time begins when it is left, and again when it was connected meanwhile."""
    browser = SimpleNamespace(gone=False)
    monkeypatch.setattr(tab_module, "is_connected", lambda _: not browser.gone)
    page = Visitor(guarded, store=store, live_seconds=600)
    for browser.gone, seconds in (
        (False, 9999),
        (True, 1),
        (True, 599),
        (False, 9999),
        (True, 1),
        (True, 599),
    ):
        clock.look(seconds)
        assert len(tabs._kept) == 1
    clock.look(2)
    assert not tabs._kept
    page.run()
    assert len(tabs._kept) == 1


def test_of_a_page_that_has_ended_only_its_values_are_held(
    store: InMemorySessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not its other state, nor what leads there: functions of the app, streams and jobs."""
    told: list[Event] = []

    def body(session: UrlSession) -> None:
        guarded(session)
        session.stream("answer")

    page = Visitor(body, store=store, live_seconds=600, on_restore=told.append)
    agent, query = page.state["agent"], dict(page.at.query_params)
    (kept,) = tabs._kept
    leave_page(internals.anchor_in_app_test(page.at))
    monkeypatch.setattr(tab_module, "state_of", lambda *_: None)  # Streamlit has dropped the session
    clock.look(0)
    (rest,) = tabs._kept
    there = weakref.ref(kept)
    page.seen.clear()
    del page, kept
    gc.collect()
    assert there() is None
    assert (rest.live["agent"], rest.opened, rest.known.base.held) == (agent, None, {})
    clock.look(599)
    assert Visitor(nothing, query=query, store=store, live_seconds=600).state["agent"] is agent


@pytest.mark.skipif(RELEASE < (1, 60), reason="AppTest of older releases cannot send such a choice")
def test_a_choice_is_one_after_its_streamlit_session_has_ended(
    store: InMemorySessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends with its widget then, too, and what the app has assigned is there again."""
    first = chosen(store, live_seconds=600)
    leave_page(internals.anchor_in_app_test(first.at))
    monkeypatch.setattr(tab_module, "state_of", lambda *_: None)  # Streamlit has dropped the session
    clock.look(180)
    query, seen = dict(first.at.query_params), list[str]()
    first.seen.clear()
    del first
    Visitor(nothing, store=InMemorySessionStore())  # Python holds the script that ran last
    gc.collect()

    def look(_: UrlSession) -> None:
        seen.append(st.session_state.of.name)

    Visitor(look, query=query, store=store, live_seconds=600).run()
    assert seen == ["two", "one"]


def test_so_many_pages_are_kept(store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those whose scripts ran last."""
    monkeypatch.setattr(tabs, "MOST", 2)
    pages = [Visitor(guarded, store=store, live_seconds=600) for _ in range(3)]
    assert [tab.sid for tab in tabs._kept] == [page.sid for page in pages[1:]]
    pages[1].run()
    assert [tab.sid for tab in tabs._kept] == [pages[2].sid, pages[1].sid]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_drops_values_too() -> None:
    """The thread of the parent is not there, so the child begins one of its own."""
    keep(Tab(""))
    if (child := os.fork()) == 0:
        keep(Tab(""))
        names = [thread.name for thread in threading.enumerate()]
        os._exit(0 if names.count("fluxlit-live-values") == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_held_beyond_the_end_of_the_streamlit_session(store: InMemorySessionStore) -> None:
    """With a longer `live_seconds` the objects outlive it."""
    first = Visitor(guarded, store=store, live_seconds=600)
    agent, query = first.state["agent"], dict(first.at.query_params)
    first.seen.clear()
    del first
    gc.collect()
    second = Visitor(guarded, query=query, store=store, live_seconds=600)
    assert second.state["agent"] is agent
