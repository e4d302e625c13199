# The line alone, without a block.
import streamlit as st

from fluxlit_component import url_session

url_session()
st.text_input("Name", key="name")
if st.button("Count"):
    st.session_state.count = st.session_state.get("count", 0) + 1
st.write(f"count is {st.session_state.get('count', 0)}")
