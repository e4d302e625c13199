"""Callbacks: chains of them, ones that delete, ones that fail."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def two_way() -> None:
    """Two fields that follow each other."""

    def from_celsius() -> None:
        st.session_state.fahrenheit = st.session_state.celsius * 9 / 5 + 32

    def from_fahrenheit() -> None:
        st.session_state.celsius = (st.session_state.fahrenheit - 32) * 5 / 9

    with url_session():
        st.number_input("Celsius", key="celsius", value=0.0, on_change=from_celsius)
        st.number_input("Fahrenheit", key="fahrenheit", value=32.0, on_change=from_fahrenheit)
        st.write(f"{st.session_state.celsius:.1f} {st.session_state.fahrenheit:.1f}")


@app()
def select_all() -> None:
    """A box that ticks all the others, and a count of changes."""
    names = ("tea", "milk", "honey")

    def all_changed() -> None:
        for name in names:
            st.session_state[name] = st.session_state.every

    def one_changed(name: str) -> None:
        st.session_state.every = all(st.session_state[name] for name in names)
        st.session_state.changes = [*st.session_state.get("changes", []), name][-4:]

    with url_session():
        st.checkbox("All", key="every", on_change=all_changed)
        for name in names:
            st.checkbox(name, key=name, on_change=one_changed, args=(name,))
        st.write(st.session_state.get("changes", []))


@app()
def history() -> None:
    """Undo: each change is noted by a callback, a button takes it back."""

    def note() -> None:
        st.session_state.past.append(st.session_state.last)
        st.session_state.last = st.session_state.text

    def undo() -> None:
        st.session_state.last = st.session_state.text = st.session_state.past.pop()

    with url_session():
        if "past" not in st.session_state:
            st.session_state.past = []
            st.session_state.last = ""
        st.text_area("Text", key="text", on_change=note)
        st.button("Undo", on_click=undo, disabled=not st.session_state.past)
        st.caption(f"{len(st.session_state.past)} steps back")


# AppTest of older releases forgets what the last run did not draw; a browser sends it again.
@app(since=(1, 60))
def failing_callback() -> None:
    """A callback that changes something and then fails; the script goes on as Streamlit has it."""

    def fail(kind: str) -> None:
        st.session_state.tries = [*st.session_state.get("tries", []), kind]
        if kind == "key":
            del st.session_state["nothing of that name"]
        raise RuntimeError(f"{kind} went wrong")

    with url_session():
        st.selectbox("Kind", ["soft", "hard"], key="kind")
        st.button("Fail softly", on_click=fail, args=("value",))
        st.button("Fail by key", on_click=fail, args=("key",))
        st.write(st.session_state.get("tries", []), st.session_state.kind)


@app()
def callback_that_deletes() -> None:
    """Callbacks that delete keys of widgets, of plain values and of both."""

    def drop(*keys: str) -> None:
        for key in keys:
            if key in st.session_state:
                del st.session_state[key]

    with url_session():
        st.text_input("First name", key="first")
        st.text_input("Last name", key="last_name")
        st.session_state.setdefault("notes", []).append(st.session_state.first)
        st.session_state.notes = st.session_state.notes[-2:]
        st.button("Drop first", on_click=drop, args=("first",))
        st.button("Drop notes", on_click=drop, args=("notes",))
        st.button("Drop all", on_click=st.session_state.clear)
        st.write(st.session_state.first, st.session_state.last_name, st.session_state.get("notes"))


@app()
def callback_hides_field() -> None:
    """A callback decides whether a field is drawn; it comes back as Streamlit has it."""

    def flip() -> None:
        st.session_state.shown = not st.session_state.get("shown", True)

    with url_session():
        st.button("Flip", on_click=flip)
        if st.session_state.get("shown", True):
            st.text_input("Here and gone", key="gone")
            st.slider("Level of it", 0, 5, 1, key="gone_level")
        st.write("gone" in st.session_state, st.session_state.get("gone_level", "no level"))
