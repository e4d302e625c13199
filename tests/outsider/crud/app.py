import streamlit as st
from fluxlit_component import url_session

with url_session():
    st.session_state.setdefault("contacts", {"1": "Ada", "2": "Grace"})
    pages = [st.Page("contacts.py", title="Contacts", default=True), st.Page("edit.py", title="Edit")]
    st.navigation(pages).run()
