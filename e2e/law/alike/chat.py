# A conversation with an echo; who finds nothing in the session state is here for the first time.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    if "messages" not in st.session_state:
        st.session_state.messages = [{"role": "assistant", "content": "Hello"}]
    if st.sidebar.button("Forget", key="forget"):
        del st.session_state["messages"]
        st.rerun()
    loud = st.sidebar.toggle("Loud", key="loud")
    for message in st.session_state.messages:
        st.chat_message(message["role"]).write(message["content"])
    if text := st.chat_input("Say something", key="prompt"):
        answer = text.upper() if loud else text
        st.session_state.messages += [
            {"role": "user", "content": text},
            {"role": "assistant", "content": answer},
        ]
        st.rerun()
