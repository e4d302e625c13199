# Two sessions of one page, each with drafts of its own.
import streamlit as st

from fluxlit_component import url_session

with (
    url_session(param="work", include=["w_*"], drafts=["w_*"]),
    url_session(param="view", include=["v_*"], drafts=["v_*"]),
):
    # In forms: a click elsewhere sends nothing.
    with st.form("work"):
        st.text_area("Title", key="w_title")
        st.form_submit_button("Send work")
    with st.form("view"):
        st.text_input("Filter", key="v_filter")
        st.form_submit_button("Send view")
