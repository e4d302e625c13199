"""Mergers: their three-way semantics, and what a run does when they are raced or fail."""

from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from fluxlit_component import (
    Event,
    InMemorySessionStore,
    StoreUnavailable,
    UrlSession,
    append,
    counter,
    union,
)
from fluxlit_component.codec import decode, encode
from fluxlit_component.state.merge import Merger
from fluxlit_component.state.record import Change, Commit, Outcome
from tests.visitor import Visitor, assign, nothing

items = some.lists(some.integers(0, 9), max_size=6)
numbers = some.sets(some.integers(0, 9))


# --- what they say -------------------------------------------------------------------------------
@given(some.none() | some.integers(), some.integers(), some.integers())
def test_counter_adds_both_steps(base: int | None, theirs: int, mine: int) -> None:
    """From where both began; without a beginning that is zero."""
    start = base or 0
    assert counter(base, theirs, mine) - start == (theirs - start) + (mine - start)


@given(some.none() | items, items, items)
def test_append_has_theirs_before_mine(base: list[int] | None, theirs: list[int], mine: list[int]) -> None:
    """Each item that was added is there once, in the order of who came first."""
    start = base or []
    assert append(base, start + theirs, start + mine) == start + theirs + mine


@given(items.filter(bool), items, items)
def test_append_after_another_kind_of_change_gives_mine(
    base: list[int], theirs: list[int], mine: list[int]
) -> None:
    """Who removed or changed an older item has done more than append."""
    changed = [-1, *mine]
    assert append(base, base + theirs, changed) == changed
    assert append(base, base + theirs, base[:-1]) == base[:-1]


@pytest.mark.parametrize(("theirs", "mine"), [("a", "b"), (["a"], "b"), ("a", ["b"]), (b"a", b"b")])
def test_append_refuses_what_is_no_list(theirs: Any, mine: Any) -> None:
    """The characters of a text are no items; the text would become the display of a list."""
    with pytest.raises(TypeError, match="append merges lists and tuples"):
        append(None, theirs, mine)


@given(some.none() | numbers, numbers, numbers)
def test_union_keeps_what_neither_removed(base: set[int] | None, theirs: set[int], mine: set[int]) -> None:
    """What both knew is in if both still have it; what is new is in if one has it."""
    start = base or set()
    merged = union(base, theirs, mine)
    for x in range(10):
        assert (x in merged) == ((x in theirs and x in mine) if x in start else (x in theirs or x in mine))


@given(items, items, items)
def test_arguments_stay_as_they_are(base: list[int], theirs: list[int], mine: list[int]) -> None:
    """What is merged is a value of its own: changing it changes none of them."""
    lists = [base, base + theirs, base + mine]
    sets = [frozenset(base), set(theirs), set(mine)]
    before = encode([lists, sets])
    append(*lists).append(10)
    union(*sets).add(10)
    assert encode([lists, sets]) == before


def test_append_to_a_tuple_is_a_tuple() -> None:
    """The type stays that of this tab's value, from the first item on."""
    assert append((), ("theirs",), ("mine",)) == ("theirs", "mine")
    assert append(None, ("theirs",), ("mine",)) == ("theirs", "mine")
    assert append(("a",), ("a", "theirs"), ("b", "mine")) == ("b", "mine")


@pytest.mark.parametrize(
    "make", [lambda: float("nan"), lambda: {"frame": pd.DataFrame({"a": [1]})}, lambda: np.arange(3)]
)
def test_append_knows_items_that_do_not_compare(make: Any) -> None:
    """A chat may hold frames and arrays, and each tab has copies of its own."""
    merged = append([make()], [make(), "theirs"], [make(), "mine"])
    assert encode(merged) == encode([make(), "theirs", "mine"])


def test_union_of_frozen_sets_is_frozen() -> None:
    """The type stays that of this tab's value."""
    assert union({1}, {1, 2}, frozenset({1, 3})) == frozenset({1, 2, 3})
    assert type(union({1}, {1, 2}, frozenset({1, 3}))) is frozenset


# --- how a run applies them ----------------------------------------------------------------------
class RivalStore(InMemorySessionStore):
    """Lets another tab write a key just before each of the next commits, `rivals` of them; or is down."""

    def __init__(self, key: str, change: Merger) -> None:
        super().__init__()
        self._key = key
        self._change = change
        self.rivals = 0
        self.is_down = False

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        if self.is_down:
            raise StoreUnavailable("no answer")
        if self.rivals:
            self.rivals -= 1
            self.write(session_id)
        return super().commit(session_id, commit)

    def write(self, session_id: str) -> None:
        """What the other tab does."""
        record = self.load(session_id)
        assert record is not None
        field = record.fields[self._key]
        theirs = self._change(None, None, decode(field.data or b""))
        outcome = super().commit(session_id, Commit({self._key: Change(encode(theirs), base=field.version)}))
        assert not outcome.overwritten


def count(_: UrlSession) -> None:
    """An app that counts its runs."""
    st.session_state["n"] = st.session_state.get("n", 0) + 1


@pytest.fixture
def rivals() -> RivalStore:
    """A store whose other tab counts in steps of ten."""
    return RivalStore("n", lambda _base, _theirs, n: n + 10)


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("times", [1, 3, 20])
def test_all_steps_count_however_often_another_tab_is_first(rivals: RivalStore, times: int) -> None:
    """Merged again on top of each; after too many of them the next run brings the rest together."""
    visitor = Visitor(count, store=rivals, merge={"n": counter})
    rivals.rivals = times
    visitor.run()
    for _ in range(2):
        visitor.run(nothing)
    assert rivals.rivals == 0
    assert visitor.state == {"n": 2 + 10 * times}
    assert rivals.get(visitor.sid) == {"n": 2 + 10 * times}


@pytest.mark.usefixtures("forced")
def test_every_message_of_a_raced_chat_is_there_once() -> None:
    """`append`, merged three times in one run."""
    store = RivalStore("chat", lambda _base, _theirs, chat: [*chat, "theirs"])
    visitor = Visitor(assign(chat=["hello"]), store=store, merge={"ch*": append})
    store.rivals = 3
    visitor.run(lambda _: st.session_state["chat"].append("mine"))
    assert store.get(visitor.sid) == {"chat": ["hello", "theirs", "theirs", "theirs", "mine"]}


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize(
    ("merger", "begun", "change", "after"),
    [
        (append, [], list.append, ["theirs", "a", "b"]),
        (union, set(), set.add, {"a", "theirs", "b"}),
        (lambda _, theirs, mine: {**theirs, **mine}, {}, dict.setdefault, {"a": 1, "theirs": 1, "b": 1}),
    ],
    ids=["list", "set", "dict"],
)
def test_a_script_goes_on_with_the_value_that_was_merged_in_the_middle_of_its_run(
    merger: Any, begun: Any, change: Any, after: Any
) -> None:
    """What it changes in place after `persist()`, or a stream's `take()`, is not lost."""

    def theirs(_base: object, _theirs: object, log: Any) -> Any:
        change(log, "theirs", *more)
        return log

    def body(session: UrlSession) -> None:
        log = st.session_state["log"]
        change(log, "a", *more)
        assert session.persist()
        change(log, "b", *more)

    more = [1] if isinstance(begun, dict) else []
    store = RivalStore("log", theirs)
    visitor = Visitor(assign(log=begun), store=store, merge={"log": merger})
    store.rivals = 1
    visitor.run(body)
    assert visitor.state == store.get(visitor.sid) == {"log": after}


@pytest.mark.usefixtures("forced")
def test_two_tabs_that_begin_a_lost_record_at_once_are_merged() -> None:
    """The store has forgotten all; the other tab is first, and each message is there once."""

    class LossyStore(InMemorySessionStore):
        other: Commit | None = None

        def commit(self, session_id: str, commit: Commit) -> Outcome:
            if commit.create and self.other is not None:
                other, self.other = self.other, None
                super().commit(session_id, other)
            return super().commit(session_id, commit)

    store = LossyStore()
    visitor = Visitor(assign(chat=["hello"], n=1), store=store, merge={"chat": append})
    sid = visitor.sid
    InMemorySessionStore.__init__(store)
    store.other = Commit({"chat": Change(encode(["hello", "theirs"]))}, create=True)
    visitor.run(lambda _: st.session_state["chat"].append("mine"))
    assert store.get(sid) == {"chat": ["hello", "theirs", "mine"], "n": 1}


@pytest.mark.usefixtures("forced")
def test_what_a_tab_knew_of_a_lost_record_does_not_pass_for_the_new_one() -> None:
    """Both records have a first version; the other tab's message in the new one is not written over."""
    store = InMemorySessionStore()
    one = Visitor(assign(chat=["hello"]), store=store, merge={"chat": append}, on_duplicate="share")
    other = one.reload(nothing)
    InMemorySessionStore.__init__(store)
    other.run(lambda _: st.session_state["chat"].append("theirs"))
    one.run(lambda _: st.session_state["chat"].append("mine"))
    assert store.get(one.sid) == {"chat": ["hello", "theirs", "mine"]}


@pytest.mark.usefixtures("forced")
def test_steps_of_an_outage_count(rivals: RivalStore) -> None:
    """What could not be saved is no common ground: the other tab has never seen it."""
    visitor = Visitor(count, store=rivals, merge={"n": counter})
    rivals.is_down = True
    visitor.run()
    assert visitor.session.status == "degraded"
    rivals.is_down = False
    rivals.write(visitor.sid)
    steps, end = 2, time.monotonic() + 60
    while visitor.run().session.status != "ready":
        steps += 1
        assert time.monotonic() < end, "the store is back and not asked"
    assert rivals.get(visitor.sid) == {"n": steps + 1 + 10}


@pytest.mark.usefixtures("forced")
def test_a_merger_that_fails_leaves_the_key_to_this_tab(
    rivals: RivalStore, caplog: pytest.LogCaptureFixture
) -> None:
    """As without one; the log says which key and what it raised, never a value."""
    caplog.set_level(logging.WARNING, logger="fluxlit_component")
    told: list[Event] = []
    visitor = Visitor(assign(n=1), store=rivals, merge={"n": lambda *_: 1 / 0}, on_conflict=told.append)
    rivals.rivals = 1
    visitor.run(assign(n=777, other=2))
    assert visitor.session.status == "ready"
    assert visitor.state == {"n": 777, "other": 2}
    assert rivals.get(visitor.sid) == {"n": 777, "other": 2}
    ours = [r.getMessage() for r in caplog.records if r.name == "fluxlit_component"]
    assert ours == ["the merger of 'n' failed (ZeroDivisionError); this tab's value wins"]
    assert [event.keys for event in told] == [("n",)]


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize(("merged", "reason"), [(print, "cannot be stored"), ("x" * 2_000_000, "bytes")])
def test_a_merger_whose_value_cannot_be_kept_is_named(rivals: RivalStore, merged: Any, reason: str) -> None:
    """In this very run; what the other tab wrote is not the newest any more, and goes too."""
    visitor = Visitor(assign(n=1), store=rivals, merge={"n": lambda *_: merged})
    rivals.rivals = 1
    visitor.run(assign(n=2))
    assert reason in visitor.session.skipped["n"]
    assert rivals.get(visitor.sid) == {}
