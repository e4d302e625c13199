# A page whose lines come a while after its first run, as they do when a thread loads them.
import time

import streamlit as st

from fluxlit_component import url_session


@st.fragment(run_every=0.5)
def lines(began: float) -> None:
    """Draw them once they are there."""
    if time.monotonic() - began < 2.5:
        st.write("loading")
        return
    for line in range(60):
        st.write(f"line {line}")


with url_session():
    lines(time.monotonic())
