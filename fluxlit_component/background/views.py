"""`Stream` and `Job`: the objects that the app gets for its streams and jobs, and how they are drawn."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from fluxlit_component.background.task import NO_RESULT, State, Task
from fluxlit_component.clock import monotonic
from fluxlit_component.internals import current_run
from fluxlit_component.internals.threads import let_run_end, other_fragments_wait

if TYPE_CHECKING:
    from fluxlit_component.background.tasks import Tasks

_FRAME_SECONDS: Final = 0.04  # chunks of one frame are shown together: Streamlit sends the whole text again
_WAIT_SECONDS: Final = 0.25
_TURN_SECONDS: Final = 0.5


class _View:
    def __init__(self, task: Task, tasks: Tasks) -> None:
        self._task, self._tasks = task, tasks

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key!r}: {self.state}>"

    def _fresh(self) -> Task:
        self._task.refresh()
        return self._task

    @property
    def key(self) -> str:
        """The key that the app gave it."""
        return self._task.key

    @property
    def state(self) -> State:
        """``running``, ``done``, ``failed``, ``stopped``, or ``interrupted``: its process is gone."""
        return self._fresh().state

    @property
    def is_running(self) -> bool:
        """Whether more may come."""
        return self.state == "running"

    @property
    def is_done(self) -> bool:
        """Whether it has come to its end: neither failed nor stopped nor interrupted."""
        return self.state == "done"

    @property
    def error(self) -> str | None:
        """Type and text of what a failed one raised. For the app; do not show it to visitors as it is."""
        return self._fresh().error

    @property
    def progress(self) -> float:
        """How far the function is, from 0 to 1, as it says by `progress()`; 1 when it is done."""
        return self._fresh().progress

    @property
    def note(self) -> str:
        """The note that the function gives with its progress."""
        return self._fresh().note

    def news(self, is_over: Callable[[], bool], end: float = math.inf) -> Iterator[None]:
        """Yield each time that there is something new to show, until its end, or `end`, or `is_over()`."""
        steps = -1
        while True:
            is_last = not self.is_running
            if self._task.steps != steps:
                steps = self._task.steps
                yield
            if is_last or is_over() or (left := end - monotonic()) <= 0:
                return
            self._task.wait(steps, min(left, _WAIT_SECONDS))
            let_run_end()

    def stop(self) -> None:
        """End it; its output so far stays. Its function ends with its next chunk or call of `progress`."""
        self._task.stop()

    def discard(self) -> None:
        """End it and forget its output. The key is free: the next call with a function starts anew."""
        self._tasks.discard(self._task)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end, unless Streamlit ends the run before; return whether it has ended.

        Args:
            seconds: how long at most; None: until the end.
        """
        end = math.inf if seconds is None else monotonic() + seconds
        for _ in self.news(lambda: False, end):
            pass
        return not self.is_running


class Stream(_View):
    """An answer, complete or still growing. `st.write_stream` takes it in any run, from its beginning."""

    @property
    def chunks(self) -> tuple[Any, ...]:
        """All chunks so far, as the function has given them."""
        return (*self._fresh().chunks,)

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(chunk for chunk in self.chunks if isinstance(chunk, str))

    def __iter__(self) -> Iterator[Any]:
        """The chunks so far, then those that follow. Text is joined; other chunks come as they are."""
        return self.iterate(lambda: False)

    def iterate(self, is_over: Callable[[], bool]) -> Iterator[Any]:
        """Iterate as `__iter__` does, and end early when `is_over()` is true."""
        read = 0
        for _ in self.news(is_over):
            fresh = self._task.chunks[read:]
            read += len(fresh)
            yield from _joined(fresh)
            time.sleep(_FRAME_SECONDS if self._task.is_running else 0)

    def take(self) -> str | list[Any] | None:
        """Take its output, and free the key: exactly once over tabs, processes and F5.

        None while it is running, or if it was taken already. Put the output into `st.session_state` with the
        same statement: then both are saved in one step, or the output can still be taken after F5.

        Returns:
            The text; a list, if not all chunks are text.
        """
        if not self._tasks.take(self._task):
            return None
        chunks = [*_joined([*self._task.chunks])]
        return "".join(chunks) if all(isinstance(chunk, str) for chunk in chunks) else chunks


class Job(_View):
    """A function that runs in the background, and its result."""

    @property
    def result(self) -> Any:
        """What the function has returned; None until it has returned."""
        result = self._fresh().result
        return None if result is NO_RESULT else result

    def take(self) -> Any:
        """Take the result, and free the key: exactly once, as `Stream.take`. None if there is none."""
        return self.result if self._tasks.take(self._task) else None


def _joined(chunks: Iterable[Any]) -> Iterator[Any]:
    """Join neighbouring chunks of text."""
    for is_text, group in groupby(chunks, lambda chunk: isinstance(chunk, str)):
        alike = [*group]
        yield from ["".join(alike)] if is_text else alike


def follow(task: Stream | Job, *, fragment: Callable[..., Callable[..., Any]], every: float) -> None:
    """Draw the task, and follow it in a fragment, so that the script can end and the page can be used.

    The fragment waits in its thread for what comes next. Waiting costs nothing, unlike polling. Streamlit
    ends the fragment when the visitor does something, and begins it anew after that run.

    `fragment`: `st.fragment`, which also saves what the fragment has changed.
    """
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
