# Widgets that come and go, on one page and between two, with the option that keeps what they held.
import json
import os

import streamlit as st

from fluxlit_component import url_session


def first() -> None:
    """Show filters, if asked."""
    if st.toggle("Show", value=True, key="show"):
        st.text_input("City", key="filter_city")
        st.slider("Size", 0, 10, 2, key="filter_size")
        st.text_input("Note", key="note")
        st.write(f"size is {st.session_state.filter_size}")


def second() -> None:
    """Have none of them."""
    st.write(f"elsewhere city is {st.session_state.get('filter_city', 'unset')}")


options = json.loads(os.environ.get("LAW_OPTIONS", "{}"))
page = st.navigation([st.Page(first, title="First", default=True), st.Page(second, title="Second")])
with url_session(**options):
    page.run()
