# Fields of every kind that somebody types in, wherever they may stand; lines say what the app has of them.
import json
import os

import streamlit as st

from fluxlit_component import url_session

GOT = ("name", "area", "num", "secret", "code", "form_name", "form_area", "form_num")


@st.dialog("Details")
def details() -> None:
    st.text_input("In dialog", key="in_dialog")
    with st.form("dialog_form"):
        st.text_input("In dialog form", key="in_dialog_form")
        st.form_submit_button("Send details")


def home() -> None:
    # First, though it stands at the bottom: Streamlit 1.51 draws all fields anew when it comes, some empty.
    if said := st.chat_input("Say", key="chat"):
        st.session_state.setdefault("said", []).append(said)
    st.text_input("Name", key="name")
    st.text_input("Short", key="short", max_chars=st.session_state.get("most", 10))
    st.text_area("Area", key="area")
    st.number_input("Number", key="num")
    st.text_input("Secret", key="secret", type="password")
    st.text_input("Code", key="code", autocomplete="one-time-code")
    st.text_input("Keyless")
    with st.form("form", enter_to_submit="NO_ENTER" not in os.environ):
        st.text_input("Form name", key="form_name")
        st.text_area("Form area", key="form_area")
        st.number_input("Form number", key="form_num")
        if st.form_submit_button("Send form", disabled="NO_BUTTON" in os.environ):
            st.session_state.sent = st.session_state.get("sent", 0) + 1
    with st.popover("Popover"):
        st.text_input("In popover", key="in_popover")
    with st.expander("Expander"):
        st.text_input("In expander", key="in_expander")
    first, second = st.tabs(["First", "Second"])
    first.write("the first tab")
    second.text_input("In tab", key="in_tab")
    if st.button("Open dialog"):
        details()
    st.button("Again")
    if st.button("Rotate"):
        session.rotate()
    if st.button("Destroy"):
        session.destroy()
    if os.environ.get("WAITING"):
        st.text_input("Ignored", key="ignored", on_change="ignore")
        st.text_input("Live", key="live", live=True)
    st.write("got " + ", ".join(f"{key}={st.session_state.get(key)!r}" for key in GOT))
    st.write(f"sent {st.session_state.get('sent', 0)}, said {st.session_state.get('said', [])}")


def other() -> None:
    if "most" in st.query_params:
        st.session_state.most = int(st.query_params["most"])
    st.text_input("Elsewhere", key="elsewhere")
    st.text_input("Name", key="name")
    if st.button("Bob"):
        st.session_state.rename = True
    st.write("renamed" if "rename" in st.session_state else "as it was")


page = st.navigation(
    [st.Page(home, title="Home", default=True), st.Page(other, title="Other", url_path="other")]
)
options = {"drafts": json.loads(os.environ["DRAFTS"])} if "DRAFTS" in os.environ else {}
with url_session(consent="NO_CONSENT" not in os.environ, **options) as session:
    st.sidebar.text_input("In sidebar", key="in_sidebar")
    if st.sidebar.checkbox("Guard", key="guard"):
        session.leave_guard()
    if st.session_state.pop("rename", False):
        st.session_state.name = "Bob"
    page.run()
