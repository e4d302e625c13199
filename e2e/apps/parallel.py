# Fragments that run beside the script: most of them end after the session's block has.
import time

import streamlit as st

from fluxlit_component import url_session

state = st.session_state


def part(name: str, seconds: float) -> None:
    time.sleep(seconds)
    state[f"{name}_runs"] = state.get(f"{name}_runs", 0) + 1
    if st.button(f"Add {name}"):
        state[name] = state.get(name, 0) + 1
    st.text_input(f"Field {name}", key=f"{name}_field")
    st.write(f"{name} is {state.get(name, 0)}")


plain = st.fragment(part, parallel=True)
with url_session() as session:
    st.write("at load: " + ", ".join(f"{key} {state[key]}" for key in sorted(state) if key.endswith("_runs")))
    ours = session.fragment(parallel=True)(part)
    ours("early", 0.0)
    ours("late", 0.6)
    ours("later", 0.9)
    plain("plain", 1.2)
    st.button("Full run")
