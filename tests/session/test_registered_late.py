"""Stored values whose class is registered later than the session begins, or never."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, UrlSession, register
from fluxlit_component.codec import catalogue
from fluxlit_component.tab.tabs import forget_tabs
from tests.visitor import Visitor, assign, nothing

pytestmark = pytest.mark.usefixtures("forced")


@dataclasses.dataclass
class Basket:
    """A class that a page registers when it runs, after the call of `url_session`."""

    items: list[str]


@pytest.fixture
def own_catalogue(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A catalogue of registered classes for one test; calling it empties it, as a restart does."""
    monkeypatch.setattr(catalogue, "_by_name", {})
    monkeypatch.setattr(catalogue, "_by_class", weakref.WeakKeyDictionary())
    return lambda: (catalogue._by_name.clear(), catalogue._by_class.clear(), forget_tabs())[0]


@pytest.mark.parametrize("asks", [True, False])
def test_value_whose_class_is_registered_by_a_page_comes_back_after_a_restart(
    store: InMemorySessionStore, own_catalogue: Callable[[], None], asks: bool
) -> None:
    """Its default does not take its place, and the visitor sees it without another click."""
    runs: list[Any] = []

    def page(_: UrlSession) -> None:
        register(Basket, name="late.basket")
        if asks:
            st.session_state.setdefault("basket", Basket([]))
        runs.append(st.session_state.get("basket"))

    visitor = Visitor(page, store=store).run(assign(basket=Basket(["tea"])))
    own_catalogue()
    runs.clear()
    back = visitor.reload(page)
    assert runs == [Basket([]) if asks else None, Basket(["tea"])]
    assert back.session.restored == ("basket",)
    back.run(lambda _: st.session_state["basket"].items.append("milk"))
    assert store.get(visitor.sid) == {"basket": Basket(["tea", "milk"])}


def test_clearing_the_session_takes_along_what_could_not_be_read(
    store: InMemorySessionStore, own_catalogue: Callable[[], None]
) -> None:
    """Nothing of the record stays, whether this version of the app understands it or not."""
    register(Basket, name="cleared.basket")
    visitor = Visitor(assign(basket=Basket(["tea"]), a=1), store=store)
    own_catalogue()
    visitor.reload(lambda session: session.clear())
    record = store.load(visitor.sid)
    assert record is not None
    assert {key: stored.data for key, stored in record.fields.items()} == {"basket": None, "a": None}


def test_value_whose_class_is_never_registered_gives_way(
    store: InMemorySessionStore, own_catalogue: Callable[[], None]
) -> None:
    """What the app puts in its place is saved; if it puts nothing there, the record stays as it is."""
    register(Basket, name="lost.basket")
    visitor = Visitor(assign(basket=Basket(["tea"]), other=Basket(["tea"])), store=store)
    own_catalogue()
    back = visitor.reload(nothing).run(assign(basket=1)).run(nothing)
    assert back.state == {"basket": 1}
    assert list(back.session.skipped) == ["other"]
    assert "no class has the stored name" in back.session.skipped["other"]
    register(Basket, name="lost.basket")
    assert store.get(visitor.sid) == {"basket": 1, "other": Basket(["tea"])}
