"""Widgets over a reload, widgets that come and go, and those of another page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from unittest.mock import Mock

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component import InMemorySessionStore, UrlSession
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.stores.outage import breaker_of
from tests.visitor import Visitor, form, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_widgets_come_back() -> None:
    """Every kind with a value of its own, and their widgets show it; the untouched shows its default."""
    at = Visitor(form).at
    at.text_input(key="name").set_value("Ada")
    at.checkbox(key="member").check()
    at.selectbox(key="colour").set_value("blue")
    at.multiselect(key="tags").set_value(["c", "a"])
    at.slider(key="range").set_range(5, 95)
    at.date_input(key="day").set_value(dt.date(2024, 12, 31))
    at.run()
    expected = {
        "name": "Ada",
        "age": 30,
        "member": True,
        "colour": "blue",
        "tags": ["c", "a"],
        "range": (5, 95),
        "day": dt.date(2024, 12, 31),
    }
    visitor = Visitor(form, query=at.query_params)
    assert visitor.state == expected
    assert visitor.at.text_input(key="name").value == "Ada"
    assert visitor.at.selectbox(key="colour").value == "blue"
    assert visitor.session.skipped == {}
    assert visitor.run().state == expected


def stops_first(_: UrlSession) -> None:
    """The first run of a page load ends before the fields are drawn."""
    if "__begun" not in st.session_state:
        st.session_state["__begun"] = True
        st.stop()
    if "town" not in st.session_state:
        st.session_state.town = "Rome"
    st.text_input("Name", key="name")
    st.text_input("Town", key="town")


def test_widgets_come_back_in_the_first_run_that_draws_them() -> None:
    """A run that ends early, at the gate of another session for example, costs nothing."""
    at = Visitor(stops_first).run().at
    at.text_input(key="name").set_value("Ada")
    at.text_input(key="town").set_value("Oslo")
    at.run()
    visitor = Visitor(stops_first, query=at.query_params).run()
    assert [field.value for field in visitor.at.text_input] == ["Ada", "Oslo"]
    assert [field.value for field in visitor.run().at.text_input] == ["Ada", "Oslo"]


def test_a_hidden_widget_is_forgotten_as_streamlit_forgets_it(store: InMemorySessionStore) -> None:
    """Typed, away for one run, shown again: empty, and not in the record."""
    visitor = Visitor(form, store=store)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor.run(nothing)
    assert store.get(visitor.sid) == {}
    visitor.run(form)
    assert visitor.at.text_input(key="name").value == ""


def test_a_hidden_widget_keeps_its_value_where_the_app_asks_for_it(store: InMemorySessionStore) -> None:
    """Typed, hidden for some runs, shown again: the value is there, in between in the record too."""
    visitor = Visitor(form, store=store, keep_hidden=True)
    visitor.at.text_input(key="name").set_value("Ada").run()
    for _ in range(3):
        visitor.run(nothing)
    assert (store.get(visitor.sid) or {})["name"] == "Ada"
    visitor.run(form)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert visitor.state["name"] == "Ada"


def test_a_widget_hidden_over_a_reload_keeps_its_value(store: InMemorySessionStore) -> None:
    """It was not on the page when the visitor pressed F5."""
    visitor = Visitor(form, store=store, keep_hidden=["na*"])
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.run(nothing).reload(nothing).run().run(form)
    assert visitor.at.text_input(key="name").value == "Ada"


@pytest.mark.parametrize("is_down", [False, True])
def test_a_hidden_widget_whose_key_the_app_deletes_stays_gone(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch, *, is_down: bool
) -> None:
    """Also if the store does not answer just then."""
    visitor = Visitor(form, store=store, keep_hidden=True)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor.run(nothing).run()
    with monkeypatch.context() as patch:
        if is_down:
            patch.setattr(store, "commit", Mock(side_effect=StoreUnavailable("no")))
        visitor.run(lambda _: st.session_state.pop("name"))
        for _ in range(2):
            assert "name" not in visitor.run(nothing).state
        breaker_of(store).succeeded()
    assert "name" not in visitor.run(nothing).state
    assert store.get(visitor.sid) == {}
    assert "name" not in visitor.reload().state


def test_typing_over_a_restored_value_counts(store: InMemorySessionStore) -> None:
    """What the visitor does after the reload is not put back."""
    visitor = Visitor(form, store=store)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.reload()
    visitor.at.text_input(key="name").set_value("Grace").run()
    assert visitor.at.text_input(key="name").value == "Grace"
    assert visitor.reload().state["name"] == "Grace"


HOME = """
import streamlit as st
from fluxlit_component import url_session

with url_session(keep_hidden=True):
    st.text_input("Name", key="name")
"""
REPORT = """
import streamlit as st
from fluxlit_component import url_session

with url_session(keep_hidden=True):
    st.checkbox("Details", key="details")
    st.write(f"name is {st.session_state.get('name')}")
"""


@pytest.mark.usefixtures("no_navigation_yet")
def test_a_pages_folder_keeps_values_across_pages(tmp_path: Path) -> None:
    """Each page asks for it; a widget of the other page keeps its value, over a reload too."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "home.py").write_text(HOME, encoding="utf-8")
    (tmp_path / "pages" / "report.py").write_text(REPORT, encoding="utf-8")
    at = AppTest.from_file(str(tmp_path / "home.py"), default_timeout=30).run()
    at.text_input(key="name").set_value("Ada").run()
    at.switch_page("pages/report.py").run()
    assert not at.exception
    assert at.markdown[0].value == "name is Ada"
    at.checkbox(key="details").check().run()
    at.switch_page("home.py").run()
    assert at.text_input(key="name").value == "Ada"
    again = AppTest.from_file(str(tmp_path / "home.py"), default_timeout=30)
    again.query_params.update(at.query_params)
    assert again.run().text_input(key="name").value == "Ada"
    assert again.switch_page("pages/report.py").run().checkbox(key="details").value is True
