# A button leads to another page. Fields around all pages: one above the page, one below it, one of the page.
import streamlit as st

from fluxlit_component import url_session


def first() -> None:
    """Ask for something that this page alone has."""
    st.text_input("Only here", key="only_here")
    if st.button("Go"):
        st.switch_page(SECOND)


def second() -> None:
    """Lead back."""
    if st.button("Back"):
        st.switch_page(FIRST)


FIRST, SECOND = st.Page(first, default=True), st.Page(second)
with url_session():
    page = st.navigation([FIRST, SECOND])
    st.sidebar.text_input("Above", key="above")
    page.run()
    st.sidebar.text_input("Below", key="below")
    state = st.session_state
    st.write(f"{state.above!r}, {state.below!r}, {state.get('only_here', 'nothing')!r}")
