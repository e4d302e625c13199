# A dialog that is opened for each new item.
import streamlit as st

from fluxlit_component import url_session


@st.dialog("Add an item")
def add() -> None:
    """Ask for one item."""
    st.text_input("Item", key="item")
    if st.button("Save"):
        st.session_state.saved = True
        st.rerun()


with url_session():
    items = st.session_state.setdefault("items", [])
    if st.session_state.pop("saved", False):
        items.append(st.session_state.item)
    if st.button("New"):
        add()
    st.write("items: " + ", ".join(items))
