"""A store that is down, as the app and the visitor see it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import streamlit as st

from fluxlit_component import StoreUnavailable, UrlSession, append, counter
from fluxlit_component.stores.outage import breaker_of
from tests.session.spy_store import SpyStore
from tests.visitor import Visitor, assign, defaults, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_a_store_that_is_down_does_not_stop_the_app() -> None:
    """Degraded, with the id kept; what changed meanwhile is saved when it is back."""
    store = SpyStore()
    visitor = Visitor(defaults(a=1), store=store)
    sid = visitor.sid
    store.is_down = True
    visitor.run(assign(a=2))
    assert visitor.session.status == "degraded"
    assert visitor.session.id == sid
    visitor.run(assign(b=3))
    store.is_down = False
    breaker_of(store).succeeded()  # a busy machine may have opened it for a while
    visitor.run(nothing)
    assert visitor.session.status == "ready"
    assert store.get(sid) == {"a": 2, "b": 3}


def test_what_was_said_before_a_late_record_came_is_merged_with_it() -> None:
    """Stored messages are not lost to those of an outage; where nothing merges, the loss is told.

    What appeared only meanwhile may be a default: there the stored value wins.
    """
    store, told = SpyStore(), []

    def chat(_: UrlSession) -> None:
        defaults(chat=["welcome"], hits=0, note="", mood="calm")(_)

    def say(_: UrlSession) -> None:
        chat(_)
        st.session_state["chat"].append("mine")
        st.session_state["hits"] += 1
        st.session_state["note"] = "mine"
        st.session_state["late"] = "mine"

    options: dict[str, Any] = {"merge": {"chat": append, "hits": counter}, "on_conflict": told.append}
    visitor = Visitor(
        assign(chat=["welcome", "stored"], hits=10, note="stored", mood="wild", late="stored"),
        store=store,
        **options,
    )
    store.is_down = True
    back = visitor.reload(chat).run(say)
    assert back.session.status == "degraded"
    store.is_down = False
    end = time.monotonic() + 60
    while back.run(chat).session.status != "ready":
        assert time.monotonic() < end, "the store is back and not asked"
    both = {
        "chat": ["welcome", "stored", "mine"],
        "hits": 11,
        "note": "mine",
        "mood": "wild",
        "late": "stored",
    }
    assert back.state == both
    assert store.get(visitor.sid) == both
    assert [event.keys for event in told] == [("note",)]


def test_a_store_that_is_down_at_a_reload_costs_nothing() -> None:
    """No new id is minted while the store does not answer; the state comes back when it does."""
    store = SpyStore()
    visitor = Visitor(assign(a=1, c=1), store=store)
    sid = visitor.sid
    store.is_down = True
    visitor = visitor.reload(defaults(a="default"))
    assert visitor.session.status == "degraded"
    assert visitor.sid == sid
    assert visitor.state == {"a": "default"}
    visitor.run(assign(b=2))
    store.is_down = False
    while visitor.run(nothing).session.status != "ready":  # it is left alone for as long as it held a run
        time.sleep(0.01)
    assert visitor.session.id == sid
    assert visitor.state == {"a": 1, "b": 2, "c": 1}
    assert visitor.run(nothing).reload(nothing).state == {"a": 1, "b": 2, "c": 1}


def test_an_outage_is_told_once() -> None:
    """`on_error` gets the store's error at its beginning, not in each run; the next outage is told again."""
    store, told = SpyStore(), []
    visitor = Visitor(assign(a=1), store=store, on_error=told.append)
    assert told == []
    for outage in (1, 2):
        store.is_down = True
        for value in range(3):
            visitor.run(assign(a=f"{outage} {value}"))
        assert [event.kind for event in told] == ["error"] * outage
        assert isinstance(told[-1].error, StoreUnavailable)
        assert visitor.sid not in repr(told)
        store.is_down = False
        end = time.monotonic() + 60
        while visitor.run(nothing).session.status != "ready":
            assert time.monotonic() < end, "the store is back and not asked"
    assert store.get(visitor.sid) == {"a": "2 2"}
