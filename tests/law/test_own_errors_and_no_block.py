"""Apps whose own errors stay theirs, and apps without a `with` block: after F5 as after R."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import RELEASE
from tests.law.visit import Visit

state = st.session_state


def two_pages(*, city: Any, home: Any = None) -> None:
    """A field on one page; the other page tells what it sees of it."""

    def second() -> None:
        st.write(f"city {state.get('city')}")

    st.navigation([st.Page(home or city, default=True, url_path="home"), st.Page(second)]).run()


def city() -> None:
    """The field."""
    st.text_input("City", key="city")


def city_unless_closed() -> None:
    """The field, in a run that may end before it."""
    if st.toggle("Closed", key="closed"):
        st.stop()
    city()


# --- errors of the app's own ----------------------------------------------------------------------


def assigns_after_the_widget() -> None:
    """A mistake that Streamlit tells the author of."""

    def fill() -> None:
        state.name = "filled"

    with url_session():
        st.text_input("Name", key="name")
        st.button("Fill", on_click=fill)
        if state.name == "filled":
            state.name = "late"


def formats_what_is_not_there() -> None:
    """A function that formats options, and fails for a while."""
    with url_session():
        names = {1: "1"} if state.get("gone") else {1: "1", 2: "2"}
        if st.button("Toggle"):
            state.gone = not state.get("gone")
            st.rerun()
        st.selectbox("Pick", [1, 2], key="pick", format_func=lambda number: names[number])


def test_an_error_of_the_apps_own_is_not_healed() -> None:
    """Before any F5, and after it."""
    with Visit(assigns_after_the_widget) as visit:
        visit.set("name", "Ada").click("Fill")
        assert (len(visit.errors), visit.state["name"]) == (1, "filled")
        visit.reload()
        assert (len(visit.errors), visit.state["name"]) == (1, "filled")


@pytest.mark.skipif(RELEASE < (1, 60), reason="AppTest of older releases formats the choice itself")
def test_a_choice_outlives_an_error_while_it_is_formatted() -> None:
    """F5 meanwhile: what failed was the app."""
    with Visit(formats_what_is_not_there) as visit:
        visit.set("pick", "2").click("Toggle").reload().click("Toggle")
        assert (visit.errors, visit.value("pick")) == ([], 2)


# --- pages ----------------------------------------------------------------------------------------


def below_the_block() -> None:
    """The page is drawn after the block."""
    with url_session():
        st.checkbox("C", key="c")
    two_pages(city=city)


def page_that_stops() -> None:
    """The page ends before its field."""
    with url_session():
        two_pages(city=city_unless_closed)


def no_block() -> None:
    """A page of an app without a block."""
    url_session()
    two_pages(city=city)


def kept_by_itself() -> None:
    """The state is assigned to itself in each run."""
    url_session()
    state.update(state)
    two_pages(city=city)


@pytest.mark.parametrize("app", [below_the_block, page_that_stops, no_block])
def test_after_f5_the_next_page_sees_no_field_of_the_last(app: Any) -> None:
    """Streamlit drops the values of a page's widgets when another page is opened."""
    with Visit(app) as visit:
        visit.set("city", "Oslo")
        if app is page_that_stops:
            visit.set("closed", True)
        visit.reload().open("second")
        assert visit.texts == ["city None"]


def test_a_state_that_is_assigned_to_itself_stays_over_pages() -> None:
    """F5 on the page without the field."""
    with Visit(kept_by_itself) as visit:
        visit.set("city", "Oslo").open("second").reload().open("")
        assert visit.value("city") == "Oslo"


# --- without a block ------------------------------------------------------------------------------


def chosen() -> None:
    """A guard that assigns once, and widgets."""
    url_session()
    if "ready" not in state:
        state.ready, state.view = True, "list"
    st.write(f"view is {state.view}")
    st.radio("View", ["list", "grid"], key="view")
    st.selectbox("Ware", ["tea", "jam"], key="ware")
    st.button("Nothing")


def sent_form() -> None:
    """A form that empties itself."""
    url_session()
    with st.form("form", clear_on_submit=True):
        st.text_input("Entry", key="entry")
        if st.form_submit_button("Go"):
            state.got = [*state.get("got", []), state.entry]


def test_what_a_guard_assigned_is_there_above_its_widget() -> None:
    """Though it is the widget's default."""
    with Visit(chosen) as visit:
        visit.click("Nothing").reload()
        assert (visit.errors, visit.texts) == ([], ["view is list"])


def test_a_choice_of_the_default_after_f5_is_not_undone() -> None:
    """Jam, F5, tea."""
    with Visit(chosen) as visit:
        visit.set("ware", "jam").reload().set("ware", "tea")
        assert visit.value("ware") == "tea"
        assert visit.reload().value("ware") == "tea"


@pytest.mark.skipif(RELEASE < (1, 60), reason="AppTest of older releases sends a form's old values again")
def test_a_sent_form_without_a_block_stays_empty() -> None:
    """Else the next click would send it again."""
    with Visit(sent_form) as visit:
        visit.submit("Go", entry="milk").reload()
        assert (visit.state["got"], visit.state["entry"]) == (["milk"], "")
