# The session first, then the pages, which depend on it: who is not logged in has a login page only.
import streamlit as st

from fluxlit_component import url_session


def login() -> None:
    st.title("Log in")
    if st.button("Let me in"):
        st.session_state.logged_in = True
        st.rerun()


def home() -> None:
    st.title("Home")


def report() -> None:
    st.title("Report")
    st.text_input("Comment", key="comment")
    if st.button("Log out"):
        del st.session_state.logged_in
        st.rerun()


st.set_page_config(page_title="Pages that depend")
with url_session() as session:
    if st.session_state.get("logged_in"):
        pages = [st.Page(home, title="Home", default=True), st.Page(report, title="Report")]
    else:
        pages = [st.Page(login, title="Log in", default=True)]
    st.navigation(pages).run()
    st.write(f"status {session.status}, new {session.is_new}")
