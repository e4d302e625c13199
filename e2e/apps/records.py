# One key for the fields of several records: by the query, by a label, in dialogs, in a popover of a dialog.
import streamlit as st

from fluxlit_component import url_session


@st.dialog("Edit")
def edit(who: str) -> None:
    st.write(f"the dialog of {who}")
    with st.form("edit"):
        st.text_area("Note", key="note")
        st.form_submit_button("Save")
    with st.popover("More"):
        st.text_input("Nickname", key="nickname")


with url_session() as session:
    if st.checkbox("Guard", key="guard"):
        session.leave_guard()
    st.write(f"record {st.query_params.get('id', 'none')}")
    with st.form("record"):
        st.text_area("Text", key="text")
        st.form_submit_button("Send")
    if st.button("Next"):
        st.query_params["id"] = "2"
        st.rerun()
    who = st.radio("Who", ["Ada", "Bob"])
    with st.form("comment"):
        st.text_input(f"On {who}", key="comment")
        st.form_submit_button("Comment")
    for name in ("Ada", "Bob"):
        if st.button(f"Edit {name}"):
            edit(name)
