# A wizard that a callback takes back to its beginning, in one of the two ways that people write.
import os

import streamlit as st

from fluxlit_component import url_session


def start_over() -> None:
    """Forget everything."""
    for key in list(st.session_state.keys()):
        del st.session_state[key]


forget = st.session_state.clear if os.environ.get("LAW_CLEAR") else start_over

with url_session():
    step = st.session_state.setdefault("step", 1)
    if step == 1:
        st.text_input("Name", key="name")
        if st.button("Next"):
            st.session_state.step = 2
            st.rerun()
    else:
        st.write(f"name is {st.session_state.get('name', 'unset')}")
        st.button("Look again")
        st.button("Start over", on_click=forget)
