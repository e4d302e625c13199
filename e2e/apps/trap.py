"""The order trap: the session comes before `st.navigation`, so its first run knows no pages."""

import os
import time

import streamlit as st

from fluxlit_component import url_session


def home() -> None:
    st.title("Home")
    st.session_state.setdefault("count", 0)
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")


def report() -> None:
    st.title("Report")
    st.session_state.setdefault("count", 0)
    st.text_input("Comment", key="comment")
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")


with url_session() as session:
    time.sleep(float(os.environ.get("E2E_LOADING", "0")))  # what an app loads before it names its pages
    page = st.navigation([st.Page(home, default=True), st.Page(report, url_path="report")])
    st.write(f"status {session.status}")
    st.write(f"restored {','.join(session.restored) or 'nothing'}")
    page.run()
