# One counter; ?how= says what a copied tab gets.
import os

import streamlit as st

from fluxlit_component import url_session

wanted = {"on_duplicate": os.environ.get("ON_DUPLICATE", "fork"), "scope": os.environ.get("SCOPE", "tab")}
with url_session(**wanted) as session:
    st.session_state.setdefault("count", 0)
    if st.button("Add"):
        st.session_state.count += 1
    st.text_input("Name", key="name")
    st.write(f"count is {st.session_state.count}")
    if st.button("End"):
        session.destroy()
