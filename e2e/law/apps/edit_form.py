# A list whose records are edited on a page of its own, all by the same key.
import streamlit as st

from fluxlit_component import url_session


@st.cache_resource
def database() -> dict[int, str]:
    """Stand for a table elsewhere."""
    return {1: "One", 2: "Two"}


def listing() -> None:
    """Show all records."""
    for number in database():
        if st.button(f"Edit {number}"):
            st.session_state.number = number
            st.switch_page(EDIT)
    st.write(f"stored {database()}")


def edit() -> None:
    """Change one record."""
    number = st.session_state.get("number", 1)
    st.text_input("Title", value=database()[number], key="title")
    if st.button("Save"):
        database()[number] = st.session_state.title
        st.switch_page(LIST)


LIST, EDIT = st.Page(listing, default=True), st.Page(edit, url_path="edit")
page = st.navigation([LIST, EDIT])
with url_session():
    page.run()
