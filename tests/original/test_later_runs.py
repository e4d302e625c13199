"""Later runs of a page that calls the original functions: what they fill, overwrite and leave alone."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import Mock

import pytest
import streamlit as st
from pydantic import BaseModel

from fluxlit_component import (
    InMemorySessionStore,
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from fluxlit_component.testing import AppTestTab

Work = Callable[[InMemorySessionStore], object]
Visit = Callable[..., AppTestTab]


class Counted(BaseModel):
    """A view of one key."""

    n: int = 0


def app(given: dict) -> None:
    """The script of every test; it is run from its source alone, what it does comes from outside."""
    given["work"](given["store"])


def tab_of(work: Work, visit: Visit) -> AppTestTab:
    """Open an app in a tab of a new visitor."""
    tab = visit(app, args=({"work": work, "store": InMemorySessionStore()},))
    assert not tab.at.exception, tab.at.exception
    return tab


def run(tab: AppTestTab, press: str = "") -> None:
    """Run the script again, perhaps by a button."""
    if press:
        tab.at.button(key=press).click()
    tab.run()
    assert not tab.at.exception, tab.at.exception


def stores(tab: AppTestTab, **values: object) -> None:
    """Store values as another tab of the session would do."""
    assert tab.sid is not None
    tab.store.set(tab.sid, {**tab.stored, **values})


def begin(store: InMemorySessionStore, *, merge: bool = True, typed: bool = False) -> None:
    """The two lines above the app."""
    ensure_url_session(st, store)
    if typed:
        hydrate_url_session_typed(st, store, Counted, merge=merge)
    else:
        hydrate_url_session(st, store, merge=merge)


@pytest.mark.parametrize("typed", [False, True])
def test_what_a_callback_changes_in_place_stays(url_session_apptest: Visit, typed: bool) -> None:
    """The key is not absent, so nothing is filled; the record has the list as it was before."""

    def add() -> None:
        st.session_state["rows"].append("x")

    def work(store: InMemorySessionStore) -> None:
        begin(store, typed=typed)
        st.session_state.setdefault("rows", [])
        st.button("Add", key="add", on_click=add)
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    run(tab, "add")
    run(tab, "add")
    run(tab)
    assert tab.at.session_state["rows"] == tab.stored["rows"] == ["x", "x"]


@pytest.mark.parametrize("typed", [False, True])
def test_what_is_changed_below_persist_stays(url_session_apptest: Visit, typed: bool) -> None:
    """It is in session state; the next run saves it."""

    def work(store: InMemorySessionStore) -> None:
        begin(store, typed=typed)
        st.session_state.setdefault("n", 0)
        persist_url_session(st, store)
        if st.button("Add", key="add"):
            st.session_state["n"] += 1

    tab = tab_of(work, url_session_apptest)
    for _ in range(3):
        run(tab, "add")
    run(tab)
    assert tab.at.session_state["n"] == tab.stored["n"] == 3
    tab.reload()
    assert tab.at.session_state["n"] == 3


def test_an_object_that_others_hold_stays_the_same(url_session_apptest: Visit) -> None:
    """As with `st.cache_resource`: no decoded copy takes its place."""
    board: list[str] = []

    def work(store: InMemorySessionStore) -> None:
        begin(store)
        st.session_state.setdefault("board", board)
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    run(tab)
    run(tab)
    assert tab.at.session_state["board"] is board


def test_a_deleted_key_is_filled_by_hydrate_and_not_by_persist(url_session_apptest: Visit) -> None:
    """`persist_url_session` writes what is there; only a key that is still stored comes back."""
    hydrates = [True]

    def drop() -> None:
        del st.session_state["n"]

    def work(store: InMemorySessionStore) -> None:
        if hydrates[0]:
            begin(store)
        st.button("Drop", key="drop", on_click=drop)
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    tab.at.session_state["n"] = 1
    for _ in range(3):
        run(tab)
    run(tab, "drop")
    run(tab)
    assert tab.at.session_state["n"] == tab.stored["n"] == 1
    hydrates[0] = False
    for _ in range(2):
        run(tab)
    run(tab, "drop")
    run(tab)
    assert "n" not in tab.at.session_state
    assert "n" not in tab.stored


@pytest.mark.parametrize("merge", [True, False])
def test_a_hidden_widget_keeps_its_value(url_session_apptest: Visit, merge: bool) -> None:
    """Streamlit drops it; in every run it is absent, and it is filled."""
    show, seen = [True], list[str]()

    def work(store: InMemorySessionStore) -> None:
        begin(store, merge=merge)
        seen.append(st.session_state.get("name", ""))
        if show[0]:
            st.text_input("Name", key="name")
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    if merge:
        tab.at.text_input(key="name").set_value("Ada")
    else:
        stores(tab, name="Ada")
    run(tab)
    show[0] = False
    for _ in range(3):
        run(tab)
        assert seen[-1] == tab.stored["name"] == "Ada"
    show[0] = True
    run(tab)
    assert tab.at.text_input(key="name").value == "Ada"


@pytest.mark.parametrize("press", [True, False])
def test_initial_in_every_run_leaves_the_state_alone(url_session_apptest: Visit, press: bool) -> None:
    """It is merged into the record, and what session state has is written over it again."""

    def work(store: InMemorySessionStore) -> None:
        ensure_url_session(st, store, initial={"n": 0, "rows": [], "name": "x"})
        hydrate_url_session(st, store)
        st.text_input("Name", key="name")
        if st.button("Add", key="add"):
            st.session_state["n"] += 1
            st.session_state["rows"].append(1)
        if press:
            persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    tab.at.text_input(key="name").set_value("Ada")
    run(tab, "add")
    run(tab, "add")
    run(tab)
    assert {key: tab.at.session_state[key] for key in ("n", "rows", "name")} == {
        "n": 2,
        "rows": [1, 1],
        "name": "Ada",
    }
    if press:
        assert tab.stored == {"n": 2, "rows": [1, 1], "name": "Ada"}


@pytest.mark.parametrize("typed", [False, True])
def test_without_merge_every_call_overwrites(url_session_apptest: Visit, typed: bool) -> None:
    """What another tab has stored, what was dropped, what a callback has changed; other keys stay."""

    def add() -> None:
        st.session_state["n"] += 1

    def work(store: InMemorySessionStore) -> None:
        begin(store, merge=False, typed=typed)
        st.session_state.setdefault("n", 0)
        st.button("Add", key="add", on_click=add)
        if st.button("More", key="more"):
            st.session_state["n"] += 1
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    run(tab, "more")
    assert tab.at.session_state["n"] == tab.stored["n"] == 1
    stores(tab, n=50)
    run(tab)
    assert tab.at.session_state["n"] == 50
    run(tab, "more")
    assert tab.at.session_state["n"] == tab.stored["n"] == 51
    run(tab, "add")
    assert tab.at.session_state["n"] == 51
    tab.at.session_state["mine"] = 1
    del tab.at.session_state["n"]
    run(tab)
    assert (tab.at.session_state["n"], tab.at.session_state["mine"]) == (51, 1)


@pytest.mark.parametrize("typed", [False, True])
def test_without_merge_a_second_call_of_a_run_overwrites(url_session_apptest: Visit, typed: bool) -> None:
    """Also in the first run of a page load: the changes in between are undone."""

    def work(store: InMemorySessionStore) -> None:
        ensure_url_session(st, store, initial={"n": 1})
        begin(store, merge=False, typed=typed)
        st.session_state["n"] = 7
        begin(store, merge=False, typed=typed)

    tab = tab_of(work, url_session_apptest)
    assert tab.at.session_state["n"] == 1
    run(tab)
    assert tab.at.session_state["n"] == 1


def test_without_merge_what_others_store_meanwhile_stays(url_session_apptest: Visit) -> None:
    """What was read is no change of this tab, and is not written over newer values."""

    def work(store: InMemorySessionStore) -> None:
        begin(store, merge=False)
        st.session_state.setdefault("n", 0)
        if st.session_state["n"] == 5:
            store.set(ensure_url_session(st, store), {"n": 6})
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    stores(tab, n=5)
    run(tab)
    assert tab.stored["n"] == 6
    run(tab)
    assert tab.at.session_state["n"] == 6


def test_without_merge_what_the_store_could_not_take_stays(
    url_session_apptest: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store has missed it, and holds an older value."""

    def work(store: InMemorySessionStore) -> None:
        begin(store, merge=False)
        st.session_state.setdefault("n", 0)
        if st.button("Add", key="add"):
            st.session_state["n"] += 1
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    with monkeypatch.context() as away:
        away.setattr(tab.store, "commit", Mock(side_effect=ConnectionError))
        run(tab, "add")
    assert tab.stored["n"] == 0
    run(tab)
    assert tab.at.session_state["n"] == tab.stored["n"] == 1


def test_without_merge_a_widget_gets_the_stored_value(url_session_apptest: Visit) -> None:
    """Its default is no reason for a warning of Streamlit's, and a widget that is drawn is no error."""

    def work(store: InMemorySessionStore) -> None:
        begin(store, merge=False)
        st.text_input("Name", "default", key="name")
        hydrate_url_session(st, store, merge=False)
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    run(tab)
    stores(tab, name="Ada")
    for _ in range(2):
        run(tab)
        assert tab.at.text_input(key="name").value == tab.stored["name"] == "Ada"
        assert not tab.at.warning
    tab.at.text_input(key="name").set_value("typed")
    run(tab)
    assert tab.at.session_state["name"] == "Ada"


def test_without_merge_equal_values_stay_the_same_object(url_session_apptest: Visit) -> None:
    """Nothing is to be overwritten there."""
    board: list[str] = []

    def work(store: InMemorySessionStore) -> None:
        begin(store, merge=False)
        st.session_state.setdefault("board", board)
        persist_url_session(st, store)

    tab = tab_of(work, url_session_apptest)
    run(tab)
    assert tab.at.session_state["board"] is board
