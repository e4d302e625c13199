"""The gate: a run that cannot know the id yet ends here, drawing nothing, until the bridge has answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, NoReturn

import streamlit as st

_log = logging.getLogger("fluxlit_component.bridge")
_TITLE: Final = "Streamlit"
"""Title of the document before the app has set one. A title may not be blank."""


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
        _keep_page(page)
    give_up()
    st.stop()


def _keep_page(path: str) -> None:
    """Make Streamlit remember the page that was asked for, until the app says which pages it has.

    Streamlit knows a page by the hash of its path. So the next run finds the app's own page.
    """
    try:
        pages = [
            st.Page(_nothing, title=_TITLE, default=True),
            st.Page(_nothing_else, title=_TITLE, url_path=path),
        ]
        st.navigation(pages, position="hidden")
    except Exception as error:  # noqa: BLE001 - a path that no page can have leads to the main page
        _log.debug("the page asked for could not be kept: %s", type(error).__name__)


def _nothing() -> None:
    """A page that draws nothing."""


def _nothing_else() -> None:
    """Another page that draws nothing, because two pages may not be the same function."""
