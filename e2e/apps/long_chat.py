# A long conversation, longer with each run.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    st.session_state.lines = st.session_state.get("lines", 40) + 20
    for line in range(st.session_state.lines):
        st.chat_message("user").write(f"line {line}")
    st.chat_input("Say")
