# An app that logs nothing, with much in it that is never kept; and one thing that is skipped, on demand.
import threading

import streamlit as st

from fluxlit_component import url_session


class Client:
    """Stand for an object that holds its connection."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


with url_session():
    st.text_input("Name", key="name")
    if st.button("Press", key="press"):
        st.session_state.count = st.session_state.get("count", 0) + 1
    st.file_uploader("File", key="file")
    st.download_button("Download", "text", key="download")
    with st.form("entry"):
        st.text_input("Line", key="line")
        st.form_submit_button("Send")
    if text := st.chat_input("Say something", key="chat"):
        st.session_state.said = text
    st.write(f"count is {st.session_state.get('count', 0)}, said {st.session_state.get('said', 'nothing')}")
    if st.button("Connect", key="connect"):
        st.session_state.client = Client()
