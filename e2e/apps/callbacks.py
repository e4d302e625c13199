# Callbacks of a button, a form, a chat and a field; each run notes what it has seen.
import streamlit as st

from fluxlit_component import url_session

state = st.session_state


def note(text: str) -> None:
    state.setdefault("log", []).append(text)


with url_session():
    if st.button("Add", key="add", on_click=note, args=("callback of add",)):
        note("add")
    if st.button("Plain", key="plain"):
        note("plain")
    with st.form("form"):
        st.text_input("Name", key="name")
        if st.form_submit_button("Send", on_click=lambda: note(f"callback of {state.name}")):
            note(f"sent {state.name}")
    st.text_input("Field", key="field", on_change=note, args=("field",))
    st.write(f"log: {', '.join(state.get('log', []))}")
    st.write(f"field: {state.field}")
