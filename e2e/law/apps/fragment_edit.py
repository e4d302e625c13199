# An editor in a fragment, which applies what it holds by a run of the whole script.
import streamlit as st

from fluxlit_component import url_session


@st.fragment
def editor() -> None:
    """Edit one text."""
    st.text_area("Draft", key="draft")
    if st.button("Apply"):
        st.rerun()


def edit() -> None:
    """Edit, and show what was applied."""
    editor()
    st.write(f"applied: {st.session_state.draft}")


def rest() -> None:
    """Be somewhere else."""
    st.write("somewhere else")


page = st.navigation([st.Page(edit, title="Edit", default=True), st.Page(rest, title="Rest")])
with url_session():
    page.run()
