"""The sidebar: what the session did in this page load, and what you can do to it.

The report is `session.panel()`, as any app can have it. It never shows the session id: whoever knows it has
the session.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from fluxlit_component import UrlSession

_MINUTES = 10


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


def handover(session: UrlSession[Any]) -> None:
    """Go on elsewhere: a link to this session, or to a copy of it, with a QR code for the phone."""
    with st.popover("Go on elsewhere", icon=":material/qr_code_2:", width="stretch"):
        choices: tuple[tuple[Literal["resume", "copy"], str, str], ...] = (
            ("resume", "This session", "Both devices work in it."),
            ("copy", "A copy of it", "It goes its own way from here."),
        )
        for mode, label, caption in choices:
            if st.button(label, help=caption, width="stretch"):
                # A key with `__` is not kept: the link is for now.
                st.session_state["__handover"] = session.link(mode=mode, ttl_seconds=60 * _MINUTES)
        link = st.session_state.get("__handover")
        if link is None:
            return
        if find_spec("segno") is not None:
            code = import_module("segno").make(link, micro=False)
            source = code.svg_data_uri(scale=5, border=2, dark="#000", light="#fff")
            st.html(f'<img alt="QR code of the link" src="{source}" style="display:block;margin:auto">')
        else:
            st.caption("With `pip install fluxlit-component[qr]` there is a QR code here.")
        st.code(link, language=None, wrap_lines=True)
        st.caption(f"Works once, for {_MINUTES} minutes. The link holds no session id.")
        if st.button("Revoke all links", width="stretch"):
            session.revoke_links()
            del st.session_state["__handover"]
            st.rerun()


def report(session: UrlSession[Any], place: DeltaGenerator) -> None:
    """Say what happened, this run included."""
    with place:
        session.panel()
