"""Dialogs: drawn by a click, run by themselves, closed by a rerun."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def item_dialog() -> None:
    """A dialog whose field is read by the script after it has closed."""

    @st.dialog("Add an item")
    def add() -> None:
        st.text_input("Item", key="item")
        if st.button("Save"):
            st.session_state.saved = True
            st.rerun()

    with url_session():
        items = st.session_state.setdefault("items", [])
        if st.session_state.pop("saved", False):
            items.append(st.session_state.item)
        if st.button("New"):
            add()
        st.write("items: " + ", ".join(items))


@app()
def vote() -> None:
    """The dialog of Streamlit's own documentation: a reason for a vote."""

    @st.dialog("Cast your vote")
    def cast(item: str) -> None:
        st.write(f"Why is {item} your favourite?")
        reason = st.text_input("Because...", key="reason")
        if st.button("Submit"):
            st.session_state.vote = {"item": item, "reason": reason}
            st.rerun()

    with url_session():
        if "vote" not in st.session_state:
            st.write("Vote for your favourite")
            if st.button("A"):
                cast("A")
            if st.button("B"):
                cast("B")
        else:
            st.write(
                f"You voted for {st.session_state.vote['item']} because {st.session_state.vote['reason']}"
            )
            if st.button("Take it back"):
                del st.session_state.vote
                st.rerun()


@app()
def confirm_delete() -> None:
    """A dialog that asks before it deletes, keys in the state and in the list."""

    @st.dialog("Really?")
    def confirm(name: str) -> None:
        sure = st.checkbox("I am sure", key="sure")
        yes, no = st.columns(2)
        if yes.button("Delete", disabled=not sure):
            st.session_state.files.remove(name)
            st.session_state.pop(f"note_{name}", None)
            st.rerun()
        if no.button("Keep"):
            st.rerun()

    with url_session():
        st.session_state.setdefault("files", ["a.txt", "b.txt"])
        for name in st.session_state.files:
            note, delete = st.columns([3, 1])
            note.text_input(name, key=f"note_{name}")
            if delete.button("x", key=f"delete_{name}"):
                confirm(name)
        st.caption(f"{len(st.session_state.files)} files")


@app()
def dialog_with_form() -> None:
    """A dialog that stays open while a flag in the state says so, with a form and a callback in it."""

    def close() -> None:
        st.session_state.is_open = False

    @st.dialog("Profile")
    def profile() -> None:
        with st.form("profile"):
            st.text_input("Nick", key="nick")
            st.select_slider("Level", ["low", "mid", "high"], key="level")
            if st.form_submit_button("Save"):
                st.session_state.profile = (st.session_state.nick, st.session_state.level)
                st.session_state.is_open = False
                st.rerun()
        st.button("Close", on_click=close)

    with url_session():
        if st.button("Edit profile"):
            st.session_state.is_open = True
        if st.session_state.get("is_open"):
            profile()
        st.write(st.session_state.get("profile", "no profile"))
