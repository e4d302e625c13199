import streamlit as st
from fluxlit_component import url_session

with url_session():
    name = st.text_input("Name", key="name")
    if st.button("Invite") and name:
        st.session_state.guests = [*st.session_state.get("guests", []), name]
    for guest in st.session_state.get("guests", []):
        st.write(guest)
