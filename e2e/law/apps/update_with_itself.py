# The idiom that keeps widgets of one page alive on the next.
import os

import streamlit as st

from fluxlit_component import url_session


def first() -> None:
    """Ask for the city."""
    if not FIRST:
        st.session_state.update(st.session_state)
    st.text_input("City", key="city")


def second() -> None:
    """Look at it."""
    for key, value in st.session_state.items():
        st.session_state[key] = value
    st.write(f"city is {st.session_state.get('city', 'unset')}")


FIRST = bool(os.environ.get("LAW_UPDATE_FIRST"))
page = st.navigation([st.Page(first, title="First", default=True), st.Page(second, title="Second")])
if FIRST:
    st.session_state.update(st.session_state)
with url_session():
    page.run()
