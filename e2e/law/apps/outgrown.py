# Lists that outgrow what can be kept, each with a number beside it that points into it.
import threading

import streamlit as st

from fluxlit_component import Caps, url_session


class Answer:
    """Stand for an object of a client library: it holds its connection."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


with url_session(caps=Caps(value_bytes=5_000)):  # small, so that it is quick to reach
    rows = st.session_state.setdefault("rows", [])
    if st.button("Add"):
        rows.append("x" * 1_000)
        st.session_state.current = len(rows) - 1
    if rows:
        current = st.session_state.current
        st.write(f"row {current} of {len(rows)}: {rows[current][:3]}")

    messages = st.session_state.setdefault("messages", [])
    if st.button("Ask"):
        messages.append("a question")
        st.session_state.last = len(messages) - 1
    if st.button("Answer"):
        messages.append(Answer())
        st.session_state.last = len(messages) - 1
    if messages:
        last = st.session_state.last
        st.write(f"message {last} of {len(messages)}: {type(messages[last]).__name__}")
    st.write(f"{len(rows)} rows, {len(messages)} messages")
