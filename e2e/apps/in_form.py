# An app that stands in a form as a whole, the session too.
import streamlit as st

from fluxlit_component import url_session

with st.form("all"), url_session():
    st.text_input("Name", key="name")
    if st.form_submit_button("Send"):
        st.session_state.count = st.session_state.get("count", 0) + 1
    st.write(f"count is {st.session_state.get('count', 0)}")
