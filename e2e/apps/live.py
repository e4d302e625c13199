# The usual init guard: a client, a lock and a thread with its queue are made once, and told by a flag.
import os
import queue
import threading

import streamlit as st

from fluxlit_component import url_session


class Client:
    def __init__(self) -> None:
        self.asked = 0


def work(tasks: "queue.Queue[int]", results: "queue.Queue[int]") -> None:
    while True:
        results.put(tasks.get() * 2)


with url_session(live_seconds=float(os.environ.get("LIVE_SECONDS", "120"))) as session:
    if "ready" not in st.session_state:
        st.session_state.client = Client()
        st.session_state.lock = threading.Lock()
        st.session_state.tasks, st.session_state.results = queue.Queue(), queue.Queue()
        queues = (st.session_state.tasks, st.session_state.results)
        threading.Thread(target=work, args=queues, daemon=True).start()
        st.session_state.ready = True
    st.text(f"lost {' '.join(session.lost) or 'nothing'}")
    if "client" in st.session_state:
        if st.button("Ask"):
            st.session_state.client.asked += 1
            st.session_state.tasks.put(st.session_state.client.asked)
            st.session_state.answer = st.session_state.results.get(timeout=10)
        st.text(f"asked {st.session_state.client.asked}, answer {st.session_state.get('answer')}")
        st.text(f"lock {id(st.session_state.lock)}")
    st.text_input("Name", key="name")
    if st.button("Link"):
        st.code(session.link(once=False), language=None)
with st.sidebar:
    session.panel()
