import streamlit as st
from fluxlit_component import url_session

contacts = st.session_state.contacts
number = st.query_params.get("contact")
if number not in contacts:
    st.warning("There is no such contact.")
    st.stop()

st.title(f"Edit {contacts[number]}")
with url_session() as session:
    with st.form(f"form_{number}"):
        name = st.text_input("Name", value=contacts[number], key=f"name_{number}")
        uploaded = st.file_uploader("Attachment", key=f"upload_{number}")
        is_saved = st.form_submit_button("Save")
    attachment = session.keep_upload(uploaded, key=f"attachment_{number}")
    if attachment is not None:
        st.write("Attached:", attachment.name)
    if is_saved:
        contacts[number] = name
        st.switch_page("contacts.py")
    if st.button("Delete"):
        del contacts[number]
        st.session_state.pop(f"attachment_{number}", None)
        st.switch_page("contacts.py")
