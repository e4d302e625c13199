# Uploads that are kept: the recipe of docs/what-comes-back.md, for one file, several, and a directory.
import os
from hashlib import sha256

import streamlit as st

from fluxlit_component import url_session


def told(files: list) -> str:
    return ", ".join(f"{f.name} {f.size} {sha256(f.read()).hexdigest()[:8]}" for f in files) or "nothing"


@st.fragment
def in_a_form() -> None:
    with st.form("entry", clear_on_submit=True):
        given = st.file_uploader("Sent", key="given")
        st.form_submit_button("Send")
    st.text("sent: " + told([f for f in [session.keep_upload(given, key="sent")] if f]))
    st.button("Look again")


with url_session() as session:
    where = st.radio("Uploaders are", ["here", "hidden", "elsewhere"], key="where")
    one, many = None, []
    if where == "here":
        one = st.file_uploader("One", key="up")
        many = st.file_uploader("Many", accept_multiple_files=os.environ.get("MANY") or True)
    if where != "elsewhere":
        st.text("one: " + told([f for f in [session.keep_upload(one, key="one")] if f]))
        st.text("many: " + told(session.keep_upload(many, key="many")))
    st.checkbox("Tick", key="tick")
    if st.button("Remove"):
        del st.session_state["many"]
        st.rerun()
    st.text("lost: " + " ".join(session.lost or ["nothing"]))
    if st.button("Link"):
        st.code(session.link())
    if "FORM" in os.environ:
        in_a_form()
