"""The sidebar: a place for the session's own report, and what you can do to the session.

Nothing here shows the session id: whoever knows it has the session.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from fluxlit_component import UrlSession

_MINUTES: Final = 10
_WAYS: Final[dict[Literal["resume", "copy"], tuple[str, str]]] = {
    "resume": ("This session", "Both devices work in it."),
    "copy": ("A copy of it", "It goes its own way from here."),
}


def draw(session: UrlSession[Any]) -> DeltaGenerator:
    """Draw the buttons; return where the report goes."""
    with st.sidebar:
        place = st.container(key="session_panel", gap="small")
        with st.container(horizontal=True, gap="small"):
            renew = st.button("New id", width="stretch", help="Rotate: a new session id, the same state.")
            clear = st.button("Clear", width="stretch", help="Forget the state, keep the session.")
            forget = st.button(
                "Forget me", width="stretch", help="Destroy the stored record, and the browser's id with it."
            )
        with st.popover("Go on elsewhere", icon=":material/qr_code_2:", width="stretch"):
            _hand_over(session)
        st.info("**Press F5.** Then change the page, and press it again.", icon=":material/refresh:")
    if renew:
        session.rotate()
        st.toast("A new session id, the same state.", icon=":material/autorenew:")
    if clear or forget:
        session.clear()  # what the page shows
        if forget:
            session.destroy()  # what is stored
        st.rerun()
    return place


def _hand_over(session: UrlSession[Any]) -> None:
    """A link to this session, or to a copy of it, with a QR code for the phone."""
    for mode, (label, meaning) in _WAYS.items():
        if st.button(label, help=meaning, width="stretch"):
            # A key with `__` is not kept: the link is for now.
            st.session_state["__link"] = session.link(mode=mode, ttl_seconds=60 * _MINUTES)
    if (link := st.session_state.get("__link")) is None:
        return
    if find_spec("segno") is None:
        st.caption("With `pip install fluxlit-component[qr]` there is a QR code here.")
    else:
        code = import_module("segno").make(link, micro=False)
        source = code.svg_data_uri(scale=5, border=2, dark="#000", light="#fff")
        st.html(f'<img alt="QR code of the link" src="{source}" style="display:block;margin:auto">')
    st.code(link, language=None, wrap_lines=True)
    st.caption(f"Works once, for {_MINUTES} minutes. The link holds no session id.")
