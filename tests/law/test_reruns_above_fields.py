"""Runs that `st.rerun()` or `st.switch_page` ends above some fields: forgotten by Streamlit only."""

from __future__ import annotations

import pytest
import streamlit as st

from fluxlit_component import url_session
from tests.law.visit import Visit

RELEASE = tuple(int(part) for part in st.__version__.split(".")[:2])


def guarded() -> None:
    """A form page leads to a page that stops half-way."""

    def form() -> None:
        st.text_input("Secret", key="secret")
        if st.button("Enter"):
            st.switch_page(inside)

    def half() -> None:
        st.write(f"secret is {st.session_state.get('secret')}")
        st.stop()

    inside = st.Page(half)
    with url_session():
        st.navigation([st.Page(form, default=True), inside]).run()


def test_fields_of_a_page_that_was_left_are_gone() -> None:
    """Also if the run of the next page does not come to its end, and could still have drawn some fields."""
    with Visit(guarded) as visit:
        visit.set("Secret", "abc").click("Enter")
        assert visit.texts == ["secret is None"]
        visit.reload()
        assert visit.texts == ["secret is None"]


def records() -> None:
    """A record is edited in a field that all share; the list of them ends by a stop, or fails."""
    with url_session():
        ss = st.session_state
        fails = st.checkbox("Fail", key="fails")
        if "record" not in ss:
            for name in ("Ada", "Bob"):
                if st.button(name):
                    ss.record = name
                    st.rerun()
            st.write(f"left over: {ss.get('name')}")
            if fails:
                raise ValueError
            st.stop()
        if st.button("Back"):
            del ss.record
            st.rerun()
        st.text_input("Name", value=ss.record, key="name")
    st.text_input("Below", value=ss.record, key="below")


@pytest.mark.skipif(RELEASE >= (1, 60), reason="Streamlit itself keeps the values of fields below a stop")
@pytest.mark.parametrize("fails", [False, True])
def test_what_was_entered_for_one_record_does_not_reach_another(fails: bool) -> None:
    """The run after `st.rerun()` stops above the fields. The browser forgets them then, and so does F5."""
    with Visit(records) as visit:
        visit.set("fails", fails).click("Ada")
        visit.set("Name", "Ada's secret").set("Below", "and hers").click("Back")
        assert visit.reload().texts == ["left over: None"]
        visit.click("Bob")
        assert (visit.value("Name"), visit.value("Below")) == ("Bob", "Bob")


def begun_anew() -> None:
    """A new record is begun in the run after `st.rerun()`: what the hidden field had is deleted."""
    with url_session(keep_hidden=True):
        ss = st.session_state
        if st.button("Hide"):
            ss.hidden = True
            st.rerun()
        if st.button("New"):
            ss.anew = True
            st.rerun()
        if ss.pop("anew", False):
            ss.pop("name", None)
            ss.hidden = False
        if not ss.get("hidden", False):
            st.text_input("Name", key="name")


def test_a_hidden_value_that_the_app_deletes_does_not_come_back() -> None:
    """Its field is drawn in the same run, as before, and is empty."""
    with Visit(begun_anew) as visit:
        visit.set("Name", "Ada").click("Hide").click("New")
        assert visit.value("Name") == ""
        assert visit.reload().value("Name") == ""


def rerun_by_a_page() -> None:
    """A button leads to a page that begins its run anew, in the frame of which there is a field."""

    def first() -> None:
        if st.button("Go"):
            st.session_state.anew = True
            st.switch_page(second_page)

    def second() -> None:
        if st.session_state.pop("anew", False):
            st.rerun()

    second_page = st.Page(second)
    with url_session():
        st.navigation([st.Page(first, default=True), second_page]).run()
        st.text_input("Name", key="name")


def test_a_field_around_pages_is_kept_if_the_next_page_begins_anew() -> None:
    """Two runs in a row have not drawn it, and the browser still shows it."""
    with Visit(rerun_by_a_page) as visit:
        visit.set("Name", "Ada").click("Go")
        assert visit.reload().value("Name") == "Ada"
