"""The gate, where a run ends that cannot know its id yet; the way out of a state that breaks the app."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, NoReturn

import streamlit as st

_log = logging.getLogger("fluxlit_component.bridge")
_TITLE: Final = "Streamlit"  # title of the document before the app has set one. A title may not be blank.


def close_gate(*, seconds: float, is_over: Callable[[], bool], page: str = "") -> NoReturn:
    """End this run. The bridge's answer starts the next one; if none comes, a timer does.

    `page`: URL path of the page that was asked for, if the app has not said yet which pages it has.

    The timer is a fragment that Streamlit's own frontend runs again, so it works when the bridge's
    script is blocked. It stops by itself once a full run does not draw it.
    """

    @st.fragment(run_every=max(seconds, 0.1) + 0.1)
    def give_up() -> None:
        if is_over():
            st.rerun()

    if page:
        # Streamlit knows a page by the hash of its path. So the next run finds the app's own page.
        try:
            home = st.Page(lambda: None, title=_TITLE, default=True)
            st.navigation([home, st.Page(lambda: None, title=_TITLE, url_path=page)], position="hidden")
        except Exception as error:  # noqa: BLE001 - a path that no page can have leads to the main page
            _log.debug("the page asked for could not be kept: %s", type(error).__name__)
    give_up()
    st.stop()


def draw_way_out(key: str, on_press: Callable[[], None]) -> bool:
    """Draw a button where the error is about to be drawn; return whether it is there.

    The button is Streamlit's own, so it works with keyboard, screen reader and every theme. Its callback is
    called before the script, because the script may fail anywhere.
    """
    reason = "What is saved of this page seems to break it. Discard all of it and begin anew."
    try:
        st.button("Start afresh", key=key, help=reason, on_click=on_press)
    except Exception as error:  # noqa: BLE001 - a form may hold no such button
        _log.debug("the way out could not be drawn: %s", type(error).__name__)
        return False
    return True
