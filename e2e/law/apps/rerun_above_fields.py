# Buttons that end their run by `st.rerun()`, above fields that this run does not draw.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    state = st.session_state
    state.setdefault("n", 0)
    if st.button("Count"):
        state.n += 1
        st.rerun()
    if st.button("Count three times") or 0 < state.get("left", 0) < 3:
        state.n += 1
        state.left = (state.get("left", 0) + 1) % 3
        st.rerun()
    if st.button("Hide the name"):
        state.hidden = not state.get("hidden", False)
        st.rerun()
    if not state.get("hidden"):
        st.text_input("Name", key="name")
    st.slider("Size", 0, 9, key="size")
    st.checkbox("Sure", key="sure")
    st.button("Nothing")
    st.write(f"counted {state.n}, {state.get('name', 'nobody')!r}, {state.size}, {state.sure}")
