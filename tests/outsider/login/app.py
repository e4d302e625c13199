import streamlit as st
from fluxlit_component import url_session

PASSWORDS = {"Ada": "engine", "Bob": "builder"}  # stands in for your accounts


def sign_in():
    with st.form("sign_in"):
        name = st.text_input("Name")
        password = st.text_input("Password", type="password")
        if st.form_submit_button("Sign in"):
            if PASSWORDS.get(name) == password:
                st.session_state.user = name
                session.rotate()
                st.rerun()
            st.error("Name or password is wrong.")


def notes():
    st.text_area("Notes", key="notes")


def account():
    st.write("You are", st.session_state.user)
    if st.button("Sign out"):
        session.destroy()
        st.rerun()


with url_session(ttl_seconds=3600, keep_hidden=["notes"]) as session:
    if st.session_state.get("user"):
        st.navigation([st.Page(notes), st.Page(account)]).run()
    else:
        st.navigation([st.Page(sign_in)]).run()
