# All of it is behind a button.
import streamlit as st

from fluxlit_component import url_session

with url_session(), st.popover("More"):
    st.text_input("Name", key="name")
