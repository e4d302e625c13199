"""The app most browser tests drive: three pages, widgets of several kinds, a counter, ways to misbehave."""

import os
import time

import streamlit as st

from fluxlit_component import url_session


def home() -> None:
    """Widgets and a counter."""
    st.title("Home")
    st.session_state.setdefault("count", 0)
    st.text_input("Name", key="name")
    st.checkbox("Agree", key="agree")
    st.selectbox("Fruit", ["apple", "pear", "plum"], key="fruit")
    st.slider("Level", 0, 10, 3, key="level")
    if st.button("Add", key="add"):
        st.session_state.count += 1
    if st.button("Slow", key="slow"):
        st.session_state.slow_begun = True
        for step in range(30):
            st.session_state.slow_step = step
            if step == 3:
                st.write("at step 3")
            time.sleep(0.1)
        st.session_state.slow_done = True
    if st.button("Delete count"):
        del st.session_state["count"]
    if st.button("Set query"):
        st.query_params["k"] = "v"
    if st.button("Go to report"):
        st.switch_page(REPORT)
    st.page_link(REPORT, label="Link to report")
    st.write(f"count is {st.session_state.get('count', 'gone')}")
    st.write(f"slow step {st.session_state.get('slow_step', 'none')}")


def report() -> None:
    """A second page with a widget of its own."""
    st.title("Report")
    st.text_area("Comment", key="comment")
    if st.button("Add here"):
        st.session_state.count = st.session_state.get("count", 0) + 1
    st.write(f"count is {st.session_state.get('count', 'gone')}")
    st.write(f"name is {st.session_state.get('name', 'unset')}")


def ends() -> None:
    """Every way out of a run."""
    st.title("Ends")
    state = st.session_state
    state.setdefault("marks", [])

    def mark(text: str) -> None:
        state.marks.append(text)

    if st.button("stop"):
        mark("stop")
        st.stop()
    if st.button("rerun"):
        mark("rerun")
        st.rerun()
    if st.button("switch"):
        mark("switch")
        st.switch_page(REPORT)
    if st.button("raise"):
        mark("raise")
        raise RuntimeError("the app failed on purpose")
    st.write("marks: " + ",".join(state.marks))


HOME = st.Page(home, title="Home", default=True)
REPORT = st.Page(report, title="Report", url_path="report")
ENDS = st.Page(ends, title="Ends", url_path="ends")

page = st.navigation([HOME, REPORT, ENDS])
options = {"address_bar": os.environ["E2E_ADDRESS_BAR"]} if "E2E_ADDRESS_BAR" in os.environ else {}
if "E2E_KEEP_HIDDEN" in os.environ:
    options["keep_hidden"] = True
with url_session(**options) as session:
    with st.sidebar:
        st.write(f"status {session.status}")
        st.write(f"restored {','.join(session.restored) or 'nothing'}")
        st.write(f"new {session.is_new}")
        shown = [f"{k}={v}" for k, v in st.query_params.items() if k != "fluxlit_sid"]
        st.write(f"query {','.join(shown) or 'none'}")
        if st.button("Rotate"):
            session.rotate()
        if st.button("Destroy"):
            session.destroy()
        if st.button("Clear"):
            session.clear()
    page.run()
