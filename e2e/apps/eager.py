"""An app that does not wait: it draws its defaults first."""

import streamlit as st

from fluxlit_component import url_session

with url_session(wait=False) as session:
    st.session_state.setdefault("count", 0)
    st.text_input("Name", key="name")
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")
    st.write(f"status {session.status}")
