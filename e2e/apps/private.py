# Consent by a checkbox that is not kept; two pages, a widget on each; the app's own sign-in.
import os

import streamlit as st

from fluxlit_component import url_session


def home() -> None:
    st.session_state.setdefault("count", 0)
    st.text_input("Name", key="name")
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")


def other() -> None:
    st.write(f"name is {st.session_state.get('name')!r}")


page = st.navigation(
    [st.Page(home, title="Home", default=True), st.Page(other, title="Other", url_path="other")]
)
agreed = st.sidebar.checkbox("I agree", value="AGREED" in os.environ, key="__agreed")
if st.sidebar.button("Sign in"):
    st.session_state.__who = "ada"
if st.sidebar.button("Sign out"):
    st.session_state.__who = None
with url_session(consent=agreed, keep_hidden=True, identity=st.session_state.get("__who")) as session:
    st.sidebar.write(f"status {session.status}, has id {session.id is not None}")
    page.run()
