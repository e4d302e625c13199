# The badge above, the panel in the sidebar and once more folded away, and keys that are nasty to draw.
import streamlit as st

from fluxlit_component import url_session

with url_session() as session:
    st.text_input("Name", key="name")
    st.text_area("Letter", key="letter")
    st.file_uploader("File", key="file")
    st.session_state["<b>bold</b> :red[`x`] $y$ **z**"] = 1
    st.session_state["connection"] = open  # a function cannot be stored

badge, beside = st.columns(2)
with badge:
    session.status_badge()
beside.write("beside it")
with st.sidebar:
    session.panel()
with st.expander("Developers"):
    session.panel()
