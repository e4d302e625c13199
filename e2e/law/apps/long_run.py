# A run that takes a while, and notes in the session state how far it is.
import os
import time
from pathlib import Path

import streamlit as st

from fluxlit_component import url_session

ENDED = Path(os.environ["LAW_FOLDER"], "ended")

with url_session():
    state = st.session_state
    state.setdefault("count", 0)
    state.setdefault("steps", [])
    st.write(f"at load {state.count} counted, {len(state.steps)} steps")
    if st.button("Add a thousand"):
        state.count += 1_000
        state.steps.extend([0] * 1_000)
    if st.button("Begin"):
        steps = state.steps
        try:
            shown = st.empty()
            for _ in range(100):
                state.count += 1
                steps.append(state.count)
                shown.write(f"counted {state.count}")
                time.sleep(0.1)
        finally:
            ENDED.touch()
    if st.button("Begin blindly"):
        steps = state.steps
        st.write("begun")
        for _ in range(30):
            steps.append(0)  # nothing here lets Streamlit end the run
            time.sleep(0.1)
        ENDED.touch()
    st.button("Look")
