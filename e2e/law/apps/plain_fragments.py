# Fragments of Streamlit's own that change the session state, and no run of the whole script after them.
import streamlit as st

from fluxlit_component import url_session


@st.fragment
def counter() -> None:
    """Count by clicks, keep a text, and run again."""
    state = st.session_state
    if st.button("Add inside"):
        state.inner = state.get("inner", 0) + 1
    if st.button("Go round"):
        state.rounds = state.get("rounds", 0) + 1
        st.rerun(scope="fragment")
    st.text_input("Inside", key="inside")
    st.write(f"inner is {state.get('inner', 0)}, rounds is {state.get('rounds', 0)}")


@st.fragment(run_every=0.8)
def clock() -> None:
    """Count by itself, up to three."""
    state = st.session_state
    if "started" in state and state.get("ticks", 0) < 3:
        state.ticks = state.get("ticks", 0) + 1
    st.write(f"ticks is {state.get('ticks', 0)}")


with url_session():
    state = st.session_state
    st.write(f"at load {state.get('ticks', 0)} ticks")
    counter()
    if st.button("Start the clock"):
        state.started = True
    if "started" in state and state.get("ticks", 0) < 3:
        clock()
