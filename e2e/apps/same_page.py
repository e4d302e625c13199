"""Pages that are declared after the session, in its block or, with `?bare=1`, without one."""

import streamlit as st

from fluxlit_component import url_session


def home() -> None:
    """A field, and what the app reads of it."""
    st.title("Home")
    st.text_input("Name", key="name")
    st.write(f"name is {st.session_state.name}")


def report() -> None:
    """Another one."""
    st.title("Report")
    st.text_input("Remark", key="remark")
    st.write(f"remark is {st.session_state.remark}")
    st.write(f"name is {st.session_state.get('name')}")


def pages() -> None:
    """Declare the pages and show one."""
    st.navigation([st.Page(home, default=True), st.Page(report)]).run()


if "bare" in st.query_params:
    url_session()
    pages()
else:
    with url_session():
        pages()
