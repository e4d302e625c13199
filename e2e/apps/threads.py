# Threads of the app's own, with Streamlit's context: they change the state after the run that began them.
import os
import threading
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from fluxlit_component import UrlSession, url_session

GO = Path(os.environ["THREADS_GO"])


def work(session: UrlSession, name: str, *, save: bool) -> None:
    while not (GO / "go").exists():
        threading.Event().wait(0.05)
    st.session_state[name] = "done"
    (GO / name).write_text(str(session.persist() if save else None))


with url_session() as session:
    for name, save in (("saved", True), ("left", False)):
        if st.button(f"Begin {name}"):
            thread = threading.Thread(target=work, args=(session, name), kwargs={"save": save}, daemon=True)
            add_script_run_ctx(thread)
            thread.start()
        st.write(f"{name}: {st.session_state.get(name, 'open')}")
    st.button("Run")
