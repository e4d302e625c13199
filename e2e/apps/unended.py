"""A page whose runs never come to the end of the block: each stops, or each begins the next one."""

import sys
import time

import streamlit as st

from fluxlit_component import url_session

with url_session():
    st.session_state.count = st.session_state.get("count", 0) + 1
    st.write(f"count {st.session_state.count}")
    if "stops" in sys.argv:
        st.text_input("Name", key="name")
        st.stop()
    time.sleep(0.3)
    st.rerun()
