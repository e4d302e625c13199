# Who is not signed in sees one page only; the others are there afterwards.
import streamlit as st

from fluxlit_component import url_session


def enter() -> None:
    """Ask who it is."""
    who = st.text_input("User", key="user")
    if st.button("Log in") and who:
        st.session_state.who = who
        st.rerun()


def home() -> None:
    """Greet, and keep a note."""
    st.write(f"hello {st.session_state.who}")
    st.session_state.setdefault("note", "")
    st.text_area("Note", key="note")


def settings() -> None:
    """Change something, leave."""
    st.session_state.update(st.session_state)
    st.checkbox("Dark", key="dark")
    if st.button("Log out"):
        st.session_state.clear()
        st.rerun()


page = st.navigation([st.Page(home, title="Home", default=True), st.Page(settings, title="Settings")])
with url_session():
    if "who" not in st.session_state:
        enter()
    else:
        page.run()
