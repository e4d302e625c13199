# A page with a dot in its address, after the session.
import streamlit as st

from fluxlit_component import url_session


def home() -> None:
    st.title("Home")


def release() -> None:
    st.title("Release")
    st.text_input("Name", key="name")


with url_session():
    st.navigation(
        [
            st.Page(home, title="Home", default=True),
            st.Page(release, title="Release", url_path="v1.2"),
        ]
    ).run()
