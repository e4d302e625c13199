# Draws its widgets and starts over at once: what the first full run sent never reaches the browser.
import sys

import streamlit as st

from fluxlit_component import url_session

sys.setswitchinterval(5)  # the thread that sends has no turn before the run is over
with url_session():
    st.text_input("Name", key="name")
    st.slider("Level", 0, 10, 3, key="level")
    st.write(f"name is {st.session_state.name!r}, level is {st.session_state.level}")
    st.button("Nothing")
    if "__again" not in st.session_state:
        st.session_state["__again"] = True
        st.rerun()
