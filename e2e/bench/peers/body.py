# The app that every way of keeping state is measured on: a counter and a text on the first of two pages.
import json
from collections.abc import Callable
from typing import Any

import streamlit as st

KEYS = ("count", "name")


def home() -> None:
    st.title("Home")
    st.session_state.setdefault("count", 0)
    st.text_input("Name", key="name")
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")


def report() -> None:
    st.title("Report")


def pages() -> Any:
    return st.navigation([st.Page(home, title="Home", default=True), st.Page(report, title="Report")])


def run_with(read: Callable[[], Any], write: Callable[[str], None], *, waits: bool = False) -> None:
    # For components that keep values in the browser. Unless they make the first script run wait, they do not
    # know them before the second one, so an app must neither restore nor save in the first.
    state, page = st.session_state, pages()
    kept = read()
    state["runs"] = state.get("runs", 0) + 1
    if (waits or state["runs"] > 1) and "saved" not in state:
        while isinstance(kept, str):  # as it was written, or written twice
            kept = json.loads(kept)
        state["saved"] = kept or {}
        state.update(state["saved"])
    for key, value in state.get("saved", {}).items():
        state.setdefault(key, value)
    page.run()
    if "saved" in state:
        now = {**state["saved"], **{key: state[key] for key in KEYS if key in state}}
        if now != state["saved"]:
            write(json.dumps(now))
            state["saved"] = now
