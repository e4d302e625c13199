# Two sessions of different param in one app, and one of them opened twice in a run.
import streamlit as st

from fluxlit_component import url_session

with url_session(param="left", include=["l_*"]) as left, url_session(param="right", include=["r_*"]) as right:
    with url_session(param="left", include=["l_*"]) as again:
        st.text_input("Left", key="l_name")
        st.text_input("Right", key="r_name")
        same = again.id == left.id and left.id != right.id
        st.write(f"left {left.status}, right {right.status}, apart {same}")
    if st.button("Link right"):
        st.code(right.link(), language=None)
    if st.button("Rotate right"):
        right.rotate()
    if st.button("End left"):
        left.destroy()
