# A job is followed between two texts, by a server that is busy in the moment when the script ends.
import threading
import time

import streamlit as st
from streamlit.runtime import get_instance

from fluxlit_component import progress, url_session


def work() -> None:
    progress(0.5, "half")
    threading.Event().wait()


with url_session() as session:
    clicks = st.session_state.setdefault("clicks", 0)
    if st.button("Again"):
        clicks = st.session_state["clicks"] = clicks + 1
    time.sleep(0.4)  # a request of the fragment's clock comes in this time
    get_instance()._get_async_objs().eventloop.call_soon_threadsafe(time.sleep, 0.5)
    st.text("above")
    session.follow(session.job("endless", work))
    st.text("below")
    st.text(f"clicks: {clicks}")
