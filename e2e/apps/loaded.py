import gc
import os

import streamlit as st


def body() -> None:
    for number in range(20):
        st.session_state.setdefault(f"text {number}", f"{number:03}" + "x" * 497)
    for number in range(10):
        st.text_input(f"Field {number}", key=f"field {number}")
    if "objects" in st.query_params:
        gc.collect()
        st.text(len(gc.get_objects()))


if os.environ.get("FLUXLIT_BENCH_PLAIN"):
    body()
else:
    from fluxlit_component import url_session

    with url_session():
        body()
