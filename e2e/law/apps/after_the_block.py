# Widgets are drawn after the block as well.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    st.text_input("Inside", key="inside")
st.text_input("After", key="after")
if st.button("Count"):
    st.session_state.count = st.session_state.get("count", 0) + 1
st.write(f"count is {st.session_state.get('count', 0)}")
