"""One stream or job as this process has it: what it has given so far, how it stands, how to wait for more.

Written by the thread that works (`worker`), or filled from the store where another process works (`remote`).
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, Literal, TypeAlias

from fluxlit_component.clock import monotonic
from fluxlit_component.codec import encode
from fluxlit_component.settings import Settings

State: TypeAlias = Literal["running", "done", "failed", "stopped", "interrupted"]
Kind: TypeAlias = Literal["stream", "job"]

NOTHING: Final = object()
"""Stands where there is no result, or none any more."""


class Stopped(BaseException):
    """Ends the function of a task that was stopped. Not an `Exception`: code that retries lets it through."""


class Task:
    """What a stream or job has given. Guarded by `changed`, which is notified with each step."""

    def __init__(self, key: str, kind: Kind, place: str, limits: Settings | None = None) -> None:
        self.key = key
        self.kind = kind
        self.place = place
        """The id of its own record, which only the session's record names."""
        self.sid: str | None = None
        """The session that has it; None: nobody does any more. Written by `registry`."""
        self.limits = limits or Settings()
        self.changed = threading.Condition()
        self.state: State = "running"
        self.error: str | None = None
        self.chunks: list[Any] = []
        self.progress = 0.0
        self.note = ""
        self.result: Any = NOTHING
        self.steps = 0
        """Counts what has changed, so that a reader knows whether there is news."""
        self.began = self.seen = monotonic()
        self.is_working = False
        """Whether its thread is still busy: one that was stopped notices with its next chunk."""
        self.taker: Callable[[], object] | None = None
        """A weak reference to what the page that took the result has still to save."""
        self._size = 0
        self._viewers: list[weakref.ref[object]] = []

    @property
    def is_running(self) -> bool:
        """Whether more may come."""
        return self.state == "running"

    def add(self, chunk: Any) -> None:
        """Take one chunk from the function.

        Raises:
            Stopped: nobody wants it any more.
            UnstorableValue: it is neither text nor anything that can be stored.
        """
        size = len(chunk.encode("utf-8", "surrogatepass")) if isinstance(chunk, str) else len(encode(chunk))
        with self.changed:
            self._size += size
            most = self.limits.task_bytes
            if self._size > most:
                self.end("failed", f"it has given more than {most} bytes (FLUXLIT_TASK_BYTES)")
            self._continue()
            self.chunks.append(chunk)
            self.step()

    def tell(self, progress: float | None, note: str | None) -> None:
        """Take over how far the function is; `Stopped` if nobody wants it any more."""
        with self.changed:
            self._continue()
            self.progress = self.progress if progress is None else min(max(float(progress), 0.0), 1.0)
            self.note = self.note if note is None else note
            self.step()

    def end(self, state: State, error: str | None = None, result: Any = NOTHING) -> bool:
        """Say how it has ended, once: what comes later does not count. Whether this was the first."""
        with self.changed:
            if not self.is_running:
                return False
            self.state, self.error, self.result = state, error, result
            if state == "done":
                self.progress = 1.0
            self.step()
            return True

    def stop(self) -> None:
        """End it now; its function ends with its next chunk or word of progress."""
        self.end("stopped")

    def refresh(self) -> None:
        """Look again. What this process itself works on is always up to date."""

    def wait(self, steps: int, seconds: float) -> None:
        """Wait until something is new since `steps`, or it has ended, or the time is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.steps != steps or not self.is_running, seconds)

    def is_seen_by(self, anchor: object) -> None:
        """Remember a page that shows it: it is held at least as long as that lives."""
        self.seen = monotonic()
        with self.changed:
            if not any(viewer() is anchor for viewer in self._viewers):
                self._viewers = [viewer for viewer in self._viewers if viewer() is not None]
                self._viewers.append(weakref.ref(anchor))

    def is_watched(self) -> bool:
        """Whether a page that has shown it still lives."""
        return any(viewer() is not None for viewer in self._viewers)

    def _continue(self) -> None:
        if not self.is_running:
            raise Stopped

    def step(self) -> None:
        """Wake whoever waits. Hold `changed`."""
        self.steps += 1
        self.changed.notify_all()


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
