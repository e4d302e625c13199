# A list that gets something which cannot be stored.
import threading

import streamlit as st

from fluxlit_component import url_session


class Client:
    """Stand for an object that holds its connection."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


with url_session():
    st.write(f"at load {len(st.session_state.get('items_so_far', []))} items")
    items = st.session_state.setdefault("items_so_far", [])
    if st.button("Add text"):
        items.append("text")
    if st.button("Add client"):
        items.append(Client())
    st.write(f"{len(items)} items")
