"""Runs that `st.rerun()` or `st.switch_page` ends above some fields: forgotten by Streamlit only."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.visit import Visit


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
