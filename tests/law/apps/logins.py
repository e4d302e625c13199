"""Login pages: what is shown depends on who has signed in."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def login_gate() -> None:
    """A form first, the app behind it, a stop between them."""
    with url_session():
        if "user" not in st.session_state:
            st.session_state.user = None
        if st.session_state.user is None:
            name = st.text_input("User name", key="login_name")
            secret = st.text_input("Password", type="password", key="login_secret")
            if st.button("Log in"):
                if name == secret and name:
                    st.session_state.user = name
                    st.rerun()
                st.error("Wrong user name or password")
            st.stop()
        st.write(f"Hello {st.session_state.user}")
        st.text_area("Notes", key="notes")
        if st.button("Log out"):
            st.session_state.user = None
            st.rerun()


@app()
def login_pages() -> None:
    """Pages that depend on who has signed in; signing out forgets everything."""

    def login() -> None:
        st.selectbox("Role", ["reader", "editor"], key="role_choice")
        if st.button("Sign in"):
            st.session_state.role = st.session_state.role_choice
            st.rerun()

    def home() -> None:
        st.title(f"Home of a {st.session_state.role}")
        st.text_input("Search", key="search")

    def settings() -> None:
        st.toggle("Dark", key="dark")
        if st.button("Sign out"):
            st.session_state.clear()
            st.rerun()

    with url_session():
        if "role" not in st.session_state:
            st.session_state.role = None
        if st.session_state.role is None:
            page = st.navigation([st.Page(login)])
        else:
            page = st.navigation([st.Page(home, default=True), st.Page(settings)])
        page.run()


@app()
def two_tenants() -> None:
    """One key per tenant, and a switch between them that clears the other's fields."""

    def switched() -> None:
        for key in ("query", "limit"):
            st.session_state.pop(key, None)

    with url_session():
        tenant = st.radio("Tenant", ["north", "south"], key="tenant", on_change=switched)
        st.text_input("Query", key="query")
        st.number_input("Limit", 1, 100, 10, key="limit")
        if st.button("Run"):
            st.session_state[f"result_{tenant}"] = f"{st.session_state.query} x {st.session_state.limit}"
        st.write(st.session_state.get(f"result_{tenant}", "no result"))


@app()
def logged_out_with_hidden_widgets() -> None:
    """`keep_hidden` is about widgets: what the app itself has deleted is gone."""
    ss = st.session_state
    with url_session(keep_hidden=True):
        if "user" in ss:
            st.button("Log out", on_click=lambda: ss.pop("user"))
            st.button("Clear", on_click=lambda: ss.clear())  # noqa: PLW0108 - read when it is called
            if st.button("Log out here"):
                del ss["user"]
                st.rerun()
        elif st.button("Log in"):
            ss.user = "Ada"
            st.rerun()
        st.write(f"user {ss.get('user')}")
