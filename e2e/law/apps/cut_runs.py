# Runs that do not come to their end.
import time
from typing import NoReturn

import streamlit as st

from fluxlit_component import url_session


def fail() -> NoReturn:
    """Change something, then fail."""
    st.session_state.tries = st.session_state.get("tries", 0) + 1
    raise RuntimeError("the callback failed on purpose")


with url_session():
    state = st.session_state
    if st.button("Slow"):
        state.slow = state.get("slow", 0) + 1
        for step in range(100):
            st.write(f"slow step {step}")
            time.sleep(0.1)
    if st.button("Quick"):
        state.quick = state.get("quick", 0) + 1
    st.button("Fail", on_click=fail)
    st.write(
        f"slow is {state.get('slow', 0)}, quick is {state.get('quick', 0)}, tries is {state.get('tries', 0)}"
    )
