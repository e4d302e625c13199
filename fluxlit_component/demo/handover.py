"""Go on elsewhere: a link to this session, or to a copy of it, with a QR code for the phone."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

if TYPE_CHECKING:
    from fluxlit_component import UrlSession

_MINUTES = 10


def handover(session: UrlSession[Any]) -> None:
    """Draw the button that opens the two choices."""
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
