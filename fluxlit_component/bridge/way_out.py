"""The way out of a state that breaks the app: a button beside the error.

The button is Streamlit's own, so it works with keyboard, screen reader and every theme. Its callback is
called before the script, because the script may fail anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import streamlit as st

_log = logging.getLogger("fluxlit_component.bridge")
_LABEL: Final = "Start afresh"
_HELP: Final = "What is saved of this page seems to break it. Discard all of it and begin anew."


def draw_way_out(key: str, on_press: Callable[[], None]) -> bool:
    """Draw the button where the error is about to be drawn; return whether it is there."""
    try:
        st.button(_LABEL, key=key, help=_HELP, on_click=on_press)
    except Exception as error:  # noqa: BLE001 - a form may hold no such button
        _log.debug("the way out could not be drawn: %s", type(error).__name__)
        return False
    return True
