import streamlit as st

from fluxlit_component import url_session

with url_session():
    if st.button("Set"):
        st.session_state.x = 1
    if st.button("Delete in run"):
        del st.session_state["x"]
    st.button("Delete in callback", on_click=lambda: st.session_state.pop("x"))
    if st.button("Clear all"):
        st.session_state.clear()
    st.write(f"x is {st.session_state.get('x', 'absent')}")
