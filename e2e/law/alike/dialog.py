# A list that is added to in a dialog, and emptied in another.
import streamlit as st

from fluxlit_component import url_session


@st.dialog("Add an item")
def add() -> None:
    """Ask for one item."""
    st.text_input("Item", key="item")
    st.toggle("Urgent", key="urgent")
    if st.button("Save"):
        st.session_state.saved = True
        st.rerun()


@st.dialog("Sure?")
def empty() -> None:
    """Ask before everything goes."""
    if st.button("Yes, all"):
        st.session_state.pop("items", None)
        st.rerun()


with url_session():
    items = st.session_state.setdefault("items", [])
    if st.session_state.pop("saved", False):
        items.append((st.session_state.item, st.session_state.urgent))
    if st.button("New"):
        add()
    if st.button("Empty"):
        empty()
    st.write(f"items: {items}")
