# Who finds the session state empty is here for the first time.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    if len(st.session_state) == 0:
        st.session_state["messages"] = []
        st.session_state["topic"] = "general"
    st.write(f"topic is {st.session_state['topic']}")
    if text := st.chat_input("Say something"):
        st.session_state["messages"].append(text)
    for line in st.session_state["messages"]:
        st.write(line)
