# Widgets that Streamlit itself remembers, in the URL or over pages, beside one that we do.
import streamlit as st

from fluxlit_component import url_session


def home() -> None:
    st.text_input("Bound", "default", key="bound", bind="query-params")
    st.slider("Bound number", 0, 10, 3, key="number", bind="query-params")
    if not st.toggle("Hide", key="hide"):
        st.text_input("For the page", key="for_page", persist_state="page")
        st.text_input("For the session", key="for_session", persist_state="session")
        st.text_input("Ours", key="ours")
    st.write(f"bound is {st.session_state.bound}")


def other() -> None:
    st.write(f"for the session: {st.session_state.get('for_session')!r}")


page = st.navigation([st.Page(home, title="Home", default=True), st.Page(other, title="Other")])
with url_session(keep_hidden=["ours"]):
    page.run()
