"""Fragments: parts of a page that run by themselves."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def fragment_edit() -> None:
    """A field in a fragment whose value the script below shows after a rerun."""

    @st.fragment
    def editor() -> None:
        st.text_area("Draft", key="draft")
        if st.button("Apply"):
            st.rerun()

    with url_session():
        editor()
        st.write(f"applied: {st.session_state.draft}")


@app()
def fragments_below() -> None:
    """Below the block: a field in a plain fragment, and one in a fragment of the session."""
    with url_session() as session:
        st.text_input("Country", key="country")

    @st.fragment
    def city() -> None:
        st.text_input("City", key="city")
        st.write(st.session_state.city)

    @session.fragment
    def street() -> None:
        st.text_input("Street", key="street")
        st.write(st.session_state.street)

    city()
    street()


@app()
def fragment_switch() -> None:
    """Fields in a plain fragment, each with a default of its own."""

    @st.fragment
    def options() -> None:
        st.toggle("Loud", value=True, key="loud")
        st.selectbox("Size", ["S", "M", "L"], index=1, key="size")

    with url_session():
        options()


@app()
def two_fragments() -> None:
    """Two counters that run alone, one deleted by the other."""

    @st.fragment
    def counter(name: str) -> None:
        if st.button("More", key=f"more_{name}"):
            st.session_state[name] = st.session_state.get(name, 0) + 1
        st.number_input("Step", 1, 9, key=f"step_{name}")
        st.write(f"{name} is {st.session_state.get(name, 0)}")

    @st.fragment
    def sweeper() -> None:
        if st.button("Sweep"):
            st.session_state.pop("left", None)
            st.session_state.swept = True

    with url_session():
        counter("left")
        counter("right")
        sweeper()
        st.write(sorted(key for key in st.session_state if key in ("left", "right", "swept")))


@app()
def fragment_of_session() -> None:
    """The fragment of the session itself, with a toggle that hides a field in it."""
    with url_session() as session:

        @session.fragment
        def options() -> None:
            if st.toggle("Advanced", key="advanced"):
                st.slider("Depth", 0, 10, 5, key="depth")
                st.session_state.depths = [*st.session_state.get("depths", []), st.session_state.depth][-3:]
            if st.button("Refresh page"):
                st.rerun(scope="app")

        options()
        st.write(f"depth {st.session_state.get('depth', 'unset')}, {st.session_state.get('depths')}")


@app()
def rerun_of_fragment() -> None:
    """A fragment that reruns itself, and one in a container made outside of it."""

    @st.fragment
    def dice() -> None:
        if st.button("Roll"):
            st.session_state.rolls = [
                *st.session_state.get("rolls", []),
                len(st.session_state.get("rolls", [])),
            ]
            st.rerun(scope="fragment")
        st.write(f"rolled {st.session_state.get('rolls', [])}")

    @st.fragment
    def remark() -> None:
        st.text_input("Remark", key="remark")
        st.write(f"remark {st.session_state.remark}")

    with url_session():
        st.checkbox("Loud", key="loud")
        place = st.container()
        dice()
        with place:
            remark()


# AppTest of older releases forgets what the last run did not draw; a browser sends it again.
@app(since=(1, 60))
def callbacks_in_fragment() -> None:
    """Callbacks of widgets in a fragment, among them one that deletes and one that fails."""

    def rename() -> None:
        st.session_state.title = st.session_state.new_title.upper()

    def forget() -> None:
        del st.session_state["title"]

    def fail() -> None:
        st.session_state.failures = st.session_state.get("failures", 0) + 1
        raise ValueError("the callback fails")

    @st.fragment
    def panel() -> None:
        st.text_input("New title", key="new_title", on_change=rename)
        st.button("Forget", on_click=forget, disabled="title" not in st.session_state)
        st.button("Fail", on_click=fail)
        st.write(st.session_state.get("title", "no title"), st.session_state.get("failures", 0))

    with url_session():
        panel()
        st.write(f"outside: {st.session_state.get('title', 'no title')}")
