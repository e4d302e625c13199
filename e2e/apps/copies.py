# One counter; ?how= says what a copied tab gets.
import os

import streamlit as st

from fluxlit_component import url_session

with url_session(on_duplicate=os.environ.get("ON_DUPLICATE", "fork"), scope=os.environ.get("SCOPE", "tab")):
    st.session_state.setdefault("count", 0)
    if st.button("Add"):
        st.session_state.count += 1
    st.text_input("Name", key="name")
    st.write(f"count is {st.session_state.count}")
