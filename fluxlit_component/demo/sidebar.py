"""The sidebar: what a visitor can do to the session. No id is shown: whoever knows it has the session."""

from importlib import import_module
from typing import Any

import streamlit as st

from fluxlit_component import UrlSession


def draw(session: UrlSession[Any]) -> None:
    """Draw the buttons, and do what they say."""
    with st.container(horizontal=True, gap="small"):
        renew = st.button("New id", width="stretch", help="Rotate: a new session id, the same state.")
        clear = st.button("Clear", width="stretch", help="Forget the state, keep the session.")
        forget = st.button("Forget me", width="stretch", help="Destroy the record and the browser's id.")
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


def _hand_over(session: UrlSession[Any]) -> None:
    state = st.session_state  # a key with `__` is not kept: the link is for now
    if st.button("This session", help="Both devices work in it.", width="stretch"):
        state["__link"] = session.link()
    if st.button("A copy of it", help="It goes its own way from here.", width="stretch"):
        state["__link"] = session.link(mode="copy")
    if (link := state.get("__link")) is None:
        return
    try:
        code = import_module("segno").make(link, micro=False)
    except ModuleNotFoundError:
        st.caption("With `pip install fluxlit-component[qr]` there is a QR code here.")
    else:
        source = code.svg_data_uri(scale=5, border=2, dark="#000", light="#fff")
        st.html(f'<img alt="QR code of the link" src="{source}" style="display:block;margin:auto">')
    st.code(link, language=None, wrap_lines=True)
    st.caption("Works once, for 10 minutes. The link holds no session id.")
