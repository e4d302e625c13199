"""Records that are edited one after the other, in a field that is drawn for each of them."""

import streamlit as st

from fluxlit_component import url_session

with url_session():
    state = st.session_state
    state.setdefault("books", {"1": "One", "2": "Two"})
    state.setdefault("edited", None)
    if state.edited is None:
        for number in state.books:
            if st.button(f"Edit {number}"):
                state.edited = number
                st.rerun()
    else:
        st.text_input("Title", state.books[state.edited], key="title")
        st.checkbox("Sure", key="sure")
        if st.button("Save"):
            state.books[state.edited] = state.title
            state.edited = None
            st.rerun()
    st.write("books are " + ", ".join(state.books.values()))
