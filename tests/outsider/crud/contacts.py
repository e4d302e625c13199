import streamlit as st

st.title("Contacts")
contacts = st.session_state.contacts
for number, name in contacts.items():
    if st.button(f"Edit {name}", key=f"edit_{number}"):
        st.switch_page("edit.py", query_params={"contact": number})
if st.button("Add"):
    number = str(max(map(int, contacts), default=0) + 1)
    contacts[number] = ""
    st.switch_page("edit.py", query_params={"contact": number})
