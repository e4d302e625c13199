# Says which replica has drawn it and whom its proxy names.
import os
import time

import streamlit as st

from fluxlit_component import url_session

with url_session():
    st.text_input("Name", key="name")
    st.text(f"replica {os.environ.get('REPLICA', 'alone')}")
    st.text(f"signed in: {st.context.headers.get('X-Forwarded-User') or 'nobody'}")
    st.text(f"slow step {st.session_state.get('step', 'none')}")
    if st.button("Slow"):
        st.text("under way")
        for step in range(100):
            st.session_state.step = step
            time.sleep(0.1)
