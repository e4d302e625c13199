import streamlit as st

from fluxlit_component import url_session


def first() -> None:
    st.title("First")
    st.session_state.setdefault("search", "everything")
    st.text_input("Search", key="search")
    st.number_input("Minutes", 5, 60, key="minutes")


def second() -> None:
    st.title("Second")
    st.write(f"minutes are {st.session_state.get('minutes', 'unset')}")


def third() -> None:
    st.title("Third")
    st.write(f"minutes are {st.session_state.get('minutes', 'unset')}")


page = st.navigation([st.Page(first, default=True), st.Page(second), st.Page(third)])
with url_session(keep_hidden=["minutes"]):
    page.run()
