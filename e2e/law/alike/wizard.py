# Three steps, forward and back; what was entered is gathered in a dictionary.
import streamlit as st

from fluxlit_component import url_session


def go(step: int) -> None:
    """Turn to another step."""
    st.session_state.step = step


with url_session():
    state = st.session_state
    state.setdefault("step", 1)
    data = state.setdefault("data", {})
    st.header(f"Step {state.step}")
    if state.step == 1:
        data["name"] = st.text_input("Name", data.get("name", ""), key="name")
        st.button("Next", on_click=go, args=(2,))
    elif state.step == 2:
        data["size"] = st.radio("Size", ["small", "large"], key="size")
        data["gift"] = st.checkbox("Gift", key="gift")
        st.button("Back", on_click=go, args=(1,))
        st.button("Next", on_click=go, args=(3,))
    else:
        st.write(data)
        if st.button("Start over"):
            state.clear()
            st.rerun()
