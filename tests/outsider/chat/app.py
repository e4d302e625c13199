import time

import streamlit as st
from fluxlit_component import url_session


def ask_model(messages):
    """Stands in for a model: one word at a time."""
    print("the model was asked")
    for word in f"You have said: {messages[-1]['content']}".split():
        yield word + " "
        time.sleep(0.3)


st.title("Chat")
with url_session() as session:
    messages = st.session_state.setdefault("messages", [])
    answer = session.stream("answer")
    if st.button("New chat"):
        messages.clear()
        if answer:
            answer.discard()
            answer = None
    if (prompt := st.chat_input("Ask", key="ask")) and answer is None:
        messages.append({"role": "user", "content": prompt})
        answer = session.stream("answer", ask_model, [*messages])
    for message in messages:
        st.chat_message(message["role"]).write(message["content"])
    if answer:
        with st.chat_message("assistant"):
            st.write_stream(answer)
        if (text := answer.take()) is not None:
            messages.append({"role": "assistant", "content": text})
