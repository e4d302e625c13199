"""The sidebar: what the session did in this page load, and the three things you can do to it.

The report is `session.panel()`, as any app can have it. It never shows the session id: whoever knows it has
the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from fluxlit_component.demo.handover import handover

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from fluxlit_component import UrlSession


def controls(session: UrlSession[Any]) -> DeltaGenerator:
    """Draw the buttons, inside the `with` block, for they are part of the run. Returns the report's place."""
    with st.sidebar:
        place = st.container(key="session_panel", gap="small")
        with st.container(horizontal=True, gap="small"):
            renew = st.button("New id", width="stretch", help="Rotate: a new session id, the same state.")
            clear = st.button("Clear", width="stretch", help="Forget the state, keep the session.")
            forget = st.button(
                "Forget me", width="stretch", help="Destroy the stored record, and the browser's id with it."
            )
        handover(session)
        st.info("**Press F5.** Then change the page, and press it again.", icon=":material/refresh:")
    if renew:
        session.rotate()
        st.toast("A new session id, the same state.", icon=":material/autorenew:")
    if clear:
        session.clear()
        st.rerun()
    if forget:
        session.clear()  # what the page shows
        session.destroy()  # what is stored
        st.rerun()
    return place


def report(session: UrlSession[Any], place: DeltaGenerator) -> None:
    """Say what happened, this run included."""
    with place:
        session.panel()
