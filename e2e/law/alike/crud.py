# A list of records, and a page on which one of them is edited.
import streamlit as st

from fluxlit_component import url_session


def listing() -> None:
    """Show, add and remove records."""
    records = st.session_state.records
    for number, title in list(records.items()):
        st.write(f"{number}: {title}")
        if st.button(f"Edit {number}"):
            st.session_state.number = number
            st.switch_page(EDIT)
        if st.button(f"Remove {number}"):
            del records[number]
            st.rerun()
    if st.button("Add"):
        records[max(records, default=0) + 1] = "new"
        st.rerun()


def edit() -> None:
    """Change one record."""
    records, number = st.session_state.records, st.session_state.get("number")
    if number not in records:
        st.info("No such record")
        st.stop()
    st.text_input("Title", records[number], key="title")
    if st.button("Save"):
        records[number] = st.session_state.title
        st.switch_page(LIST)


LIST, EDIT = st.Page(listing, title="List", default=True), st.Page(edit, title="Edit", url_path="edit")
page = st.navigation([LIST, EDIT])
with url_session():
    st.session_state.setdefault("records", {1: "One", 2: "Two"})
    page.run()
