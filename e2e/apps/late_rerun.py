# A run that ends by `st.rerun` and takes a while to be cleared away before the next one begins.
import gc
import time

import streamlit as st

from fluxlit_component import url_session


def slow_once(phase: str, found: dict[str, int]) -> None:
    """As in a large process: Streamlit collects all garbage after each run."""
    if phase == "start" and found["generation"] == 2:
        gc.callbacks.remove(slow_once)
        time.sleep(1.5)


with url_session():
    if st.button("Again"):
        gc.callbacks.append(slow_once)
        st.rerun()
