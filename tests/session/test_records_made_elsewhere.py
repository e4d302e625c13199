"""Records that something else has written: what Streamlit refuses is dropped, the rest comes back."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, UrlSession
from tests.visitor import PARAM, Visitor, nothing

pytestmark = pytest.mark.usefixtures("forced")


def made_by_hand(store: InMemorySessionStore, **values: Any) -> dict[str, str]:
    """Begin a record as something else might; return the query that leads to it."""
    store.set("H" * 43, values)
    return {PARAM: "H" * 43}


def test_a_stored_click_does_not_click(store: InMemorySessionStore, caplog: pytest.LogCaptureFixture) -> None:
    """A record with True for a button: no error on the page, no phantom click, and the key is dropped."""
    clicks: list[bool] = []

    def body(_: UrlSession) -> None:
        clicks.append(st.button("Go", key="go"))
        st.text_input("Name", key="name")

    visitor = Visitor(body, query=made_by_hand(store, go=True, name="Ada"), store=store)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert "go" in visitor.session.skipped
    assert store.get("H" * 43) == {"name": "Ada"}
    visitor.run().run()
    assert not any(clicks)
    assert visitor.reload().session.restored == ("name",)
    assert "'go'" in caplog.text


def test_an_untouched_option_of_a_class_that_each_run_defines_anew(store: InMemorySessionStore) -> None:
    """It is nobody's choice: the default of now is shown, and nothing is held by reference or missed."""
    first = [0]

    def body(_: UrlSession) -> None:
        size = enum.Enum("size", ["SMALL", "LARGE"])
        st.selectbox("Size", size, index=first[0], key="size")
        st.multiselect("Sizes", list(size), default=[list(size)[first[0]]], key="sizes")

    visitor = Visitor(body, store=store).run().run()
    first[0] = 1
    visitor = visitor.reload()
    assert (visitor.session.restored, visitor.session.lost) == ((), ())
    assert visitor.state["size"].name == "LARGE"
    assert [size.name for size in visitor.state["sizes"]] == ["LARGE"]


def test_a_value_of_the_wrong_type_is_dropped(store: InMemorySessionStore) -> None:
    """A text for a date: the widget shows its own default, the others what was stored."""

    def body(_: UrlSession) -> None:
        st.text_input("Name", key="name")
        st.date_input("Day", dt.date(2024, 1, 1), key="day")

    visitor = Visitor(body, query=made_by_hand(store, day="2024-02-29", name="Ada"), store=store)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert visitor.at.date_input(key="day").value == dt.date(2024, 1, 1)
    assert "day" in visitor.session.skipped
    assert store.get("H" * 43) == {"name": "Ada"}


def test_several_bad_values_are_dropped_one_by_one(store: InMemorySessionStore) -> None:
    """Each costs one rerun, none costs the page."""

    def body(_: UrlSession) -> None:
        st.button("Go", key="go")
        st.date_input("Day", key="day")
        st.file_uploader("File", key="file")
        st.text_input("Name", key="name")

    query = made_by_hand(store, go=True, day="x", file=1, name="Ada")
    visitor = Visitor(body, query=query, store=store)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert set(visitor.session.skipped) == {"go", "day", "file"}


def test_an_error_of_the_apps_own_is_not_healed(store: InMemorySessionStore) -> None:
    """The app assigned it itself: Streamlit's message is for its author."""

    def body(_: UrlSession) -> None:
        st.session_state["go"] = True
        st.button("Go", key="go")

    visitor = Visitor(body, store=store, may_fail=True)
    assert len(visitor.at.exception) == 1
    assert "go" in visitor.at.exception[0].message


def test_keys_of_streamlits_own_in_a_record_are_ignored(store: InMemorySessionStore) -> None:
    """Whoever wrote them there."""
    query = made_by_hand(
        store, **{"__x": 1, "$$ID-a-b": 2, "FormSubmitter:f": True, "fluxlit_bridge": {}, "a": 1}
    )
    visitor = Visitor(nothing, query=query, store=store)
    assert visitor.state == {"a": 1}
