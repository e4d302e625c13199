"""An app that does not wait: it draws its defaults first."""

import os
import time
from pathlib import Path

import streamlit as st

from fluxlit_component import url_session

with url_session(wait=False) as session:
    st.session_state.setdefault("count", 0)
    st.text_input("Name", key="name")
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")
    st.write(f"status {session.status}")
    told = os.environ.get("E2E_DRAWN")
    end = time.monotonic() + 40
    while told and session.status == "pending" and not Path(told).exists() and time.monotonic() < end:
        time.sleep(0.05)  # until the browser has drawn this: it skips what the next run overtakes
