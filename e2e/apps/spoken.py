# An answer of so many tokens, typed by Streamlit alone or from a stream; or a model that says nothing.
import os
import time

import streamlit as st

from fluxlit_component import url_session

TOKENS = int(os.environ.get("FLUXLIT_BENCH_TOKENS", "1000"))
PACE = float(os.environ.get("FLUXLIT_BENCH_PACE", "0.001"))
SILENCE = float(os.environ.get("FLUXLIT_BENCH_SILENCE", "0"))


def speak() -> "list[str]":
    time.sleep(SILENCE)
    for number in range(TOKENS):
        yield f"word{number % 10} "
        time.sleep(PACE)


if os.environ.get("FLUXLIT_BENCH_PLAIN"):
    st.session_state["text"] = st.write_stream(speak)
else:
    with url_session() as session:
        answer = session.stream("answer", speak)
        st.write_stream(answer)
        st.session_state["text"] = answer.take()
