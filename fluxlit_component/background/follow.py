"""Draws a stream or job and follows it in a fragment, so that the script can end and the page can be used.

The fragment waits in its thread for the next chunk or progress. Waiting costs nothing, unlike polling.
Streamlit ends the fragment when the visitor does something, and begins it anew after that run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from fluxlit_component.background.views import Job, Stream
from fluxlit_component.clock import monotonic
from fluxlit_component.internals import current_run
from fluxlit_component.internals.threads import other_fragments_wait

_TURN_SECONDS: Final = 0.5


def follow(task: Stream | Job, *, fragment: Callable[..., Callable[..., Any]], every: float) -> None:
    """Draw the task. `fragment`: `st.fragment`, which also saves what the fragment has changed."""
    is_running = task.is_running

    def draw() -> None:
        run, begun = current_run(), monotonic()
        is_following = is_running and run is not None and run.is_fragment

        def is_over() -> bool:
            # A page has one thread. So other fragments, such as one that follows a second task, get turns.
            return not is_following or (monotonic() > begun + _TURN_SECONDS and other_fragments_wait())

        if isinstance(task, Stream):
            st.write_stream(task.iterate(is_over))
        else:
            bar = st.progress(task.progress, task.note)
            for _ in task.news(is_over):
                bar.progress(task.progress, task.note)
        if is_following and not task.is_running:
            st.rerun()

    # A block around the fragment: Streamlit may drop what a run drew in it, and then closes the gap.
    with st.container():
        fragment(draw, run_every=every if is_running else None)()
