"""The gate: a run that cannot know the id yet ends here, drawing nothing, until the bridge has answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import streamlit as st


def close_gate(*, seconds: float, is_over: Callable[[], bool]) -> NoReturn:
    """End this run. The bridge's answer starts the next one; if none comes, a timer does.

    The timer is a fragment that Streamlit's own frontend runs again, so it works when the bridge's
    script is blocked. It stops by itself once a full run does not draw it.
    """

    @st.fragment(run_every=max(seconds, 0.1) + 0.1)
    def give_up() -> None:
        if is_over():
            st.rerun()

    give_up()
    st.stop()
