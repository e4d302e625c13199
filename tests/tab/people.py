"""People who use one app, sign in and out, and see what they have entered."""

from __future__ import annotations

from typing import Any

import streamlit as st

from fluxlit_component import Event, UrlSession
from tests.visitor import PARAM, Visitor

ADA, BOB = "ada@example.org", "bob@example.org"
NOTHING = ("", "", 0)


def notes(session: UrlSession) -> None:
    """An app with a field, a counter, and what it knows of the session."""
    st.text_input("Notes", key="notes")
    st.text_input("No key")
    st.session_state.setdefault("count", 0)
    if st.button("Add", key="add"):
        st.session_state.count += 1
    st.text(f"changed {session.identity_changed}")


class People:
    """Visitors of one app and one store; who is signed in is said for each page load and run."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self.events: list[Event] = []

    def load(self, who: str | None, sid: str | None = None) -> Visitor:
        """A page load by somebody, with the id that the tab has."""
        options = {**self._options, "identity": who, "on_identity": self.events.append}
        return Visitor(notes, query={PARAM: sid} if sid else None, **options)

    def rerun(self, visitor: Visitor, who: str | None) -> Visitor:
        """Another run of a page, after somebody has signed in or out."""
        visitor.seen["options"]["identity"] = who
        return visitor.run()

    def changes(self) -> list[str | None]:
        """What the hook was told so far."""
        told = [event.change for event in self.events]
        self.events.clear()
        return told


def write(visitor: Visitor, text: str) -> Visitor:
    """Enter something private."""
    visitor.at.text_input(key="notes").set_value(text)
    visitor.at.text_input[1].set_value(text)
    visitor.at.button(key="add").click()
    visitor.at.run()
    return visitor.check()


def seen(visitor: Visitor) -> tuple[str, str, int]:
    """What the visitor sees of what was entered."""
    at = visitor.at
    return at.text_input(key="notes").value, at.text_input[1].value, at.session_state["count"]
