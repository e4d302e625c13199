# Each page has a title of its own.
import streamlit as st

from fluxlit_component import url_session


def first() -> None:
    """Be the first page."""
    st.set_page_config(page_title="First of two")
    st.text_input("City", key="city")


def second() -> None:
    """Be the second page."""
    st.set_page_config(page_title="Second of two")
    st.write("the second page")


page = st.navigation([st.Page(first, title="First", default=True), st.Page(second, title="Second")])
with url_session():
    page.run()
