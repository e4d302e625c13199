"""`progress()`: how the function of a job says how far it is, wherever in its calls."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from fluxlit_component.background.task import Task

current: Final[ContextVar[Task | None]] = ContextVar("fluxlit_task", default=None)
"""The task whose function runs here."""


def progress(done: float | None = None, note: str | None = None) -> None:
    """Say from within a job or stream how far it is; ends its function here if it was stopped.

    Does nothing elsewhere, so that the function can be called as it is, in a test or a script.

    Examples:
        ```python
        import streamlit as st
        from fluxlit_component import progress, url_session


        def train(epochs: int) -> float:
            for epoch in range(epochs):
                progress(epoch / epochs, f"epoch {epoch}")
            return 0.93


        with url_session() as session:
            job = session.job("train", train, 10)
            st.progress(job.progress, job.note)
        ```

    Args:
        done: between 0 and 1; None: as before.
        note: a few words for whoever waits; None: as before.
    """
    task = current.get()
    if task is not None:
        task.tell(done, note)
