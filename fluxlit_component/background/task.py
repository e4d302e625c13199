"""One stream or job as this process knows it: its output so far, its state, how to wait for more.

A thread of its own runs its function. Of another process's task the store tells (`record`).
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import math
import threading
import weakref
from collections.abc import AsyncIterable, Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any, Final, Literal, TypeAlias

from fluxlit_component.clock import monotonic
from fluxlit_component.codec import encode
from fluxlit_component.internals import is_known
from fluxlit_component.internals.threads import without_page
from fluxlit_component.settings import Settings

_log = logging.getLogger("fluxlit_component")
State: TypeAlias = Literal["running", "done", "failed", "stopped", "interrupted"]
Kind: TypeAlias = Literal["stream", "job"]

NO_RESULT: Final = object()  # means that there is no result, or no result any more


class Stopped(BaseException):
    """Ends the function of a stopped task. Not an `Exception`, so code that retries does not catch it."""


class Task:
    """Output and state of a stream or job. Guarded by `changed`, which is notified with each step."""

    def __init__(self, key: str, kind: Kind, place: str, limits: Settings | None = None) -> None:
        self.key = key
        self.kind = kind
        self.place = place  # the id of the task's own record; only the session's record names it
        self.sid: str | None = None  # the session it belongs to; None: none any more; written by `registry`
        self.limits = limits or Settings()
        self.changed = threading.Condition()
        self.state: State = "running"
        self.error: str | None = None
        self.chunks: list[Any] = []
        self.progress = 0.0
        self.note = ""
        self.result: Any = NO_RESULT
        self.steps = 0  # counts the changes, so that a reader knows whether there is news
        self.began = self.seen = monotonic()
        self.is_working = False  # whether its thread is busy; that of a stopped one notices at its next chunk
        self.is_taken: Callable[[], bool] = lambda: False  # whether a page has the result and will save it
        self._size = 0
        self._viewers: weakref.WeakValueDictionary[tuple[str, int], object] = weakref.WeakValueDictionary()

    @property
    def is_running(self) -> bool:
        """Whether more may come."""
        return self.state == "running"

    def add(self, chunk: Any) -> None:
        """Take one chunk; `Stopped` if the task has ended, `UnstorableValue` if it cannot be stored."""
        size = len(chunk.encode("utf-8", "surrogatepass")) if isinstance(chunk, str) else len(encode(chunk))
        with self.changed:
            self._size += size
            most = self.limits.task_bytes
            if self._size > most:
                self.end("failed", f"it has given more than {most} bytes (FLUXLIT_TASK_BYTES)")
            if not self.is_running:
                raise Stopped
            self.chunks.append(chunk)
            self.step()

    def tell(self, progress: float | None, note: str | None) -> None:
        """Note how far the function is; raises `Stopped` if the task has ended."""
        done = math.nan if progress is None else float(progress)
        with self.changed:
            if not self.is_running:
                raise Stopped
            self.progress = self.progress if math.isnan(done) else min(max(done, 0.0), 1.0)
            self.note = self.note if note is None else str(note)
            self.step()

    def end(self, state: State, error: str | None = None, result: Any = NO_RESULT) -> bool:
        """Set how the task has ended. Only the first call counts; return whether this was the first."""
        with self.changed:
            if not self.is_running:
                return False
            self.state, self.error, self.result = state, error, result
            self.progress = 1.0 if state == "done" else self.progress
            self.step()
            return True

    def stop(self) -> None:
        """End the task now. Its function ends with its next chunk or call of `progress`."""
        self.end("stopped")

    def refresh(self) -> None:
        """Read the task again. A task of this process is always up to date."""

    def wait(self, steps: int, seconds: float) -> None:
        """Wait until there is news since `steps`, the task has ended, or the time is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.steps != steps or not self.is_running, seconds)

    def add_viewer(self, anchor: object, session_id: str) -> None:
        """Remember a page that shows the task. The task is held as long as Streamlit has the page."""
        self.seen = monotonic()
        self._viewers[session_id, id(anchor)] = anchor

    def is_watched(self) -> bool:
        """Whether a page that has shown it still lives. Streamlit is asked: a result may hold the page."""
        return any(is_known(there.key[0]) for there in self._viewers.valuerefs())  # a list, made in one step

    def step(self) -> None:
        """Count a change and wake waiting threads. The caller holds `changed`."""
        self.steps += 1
        self.changed.notify_all()


current: Final[ContextVar[Task | None]] = ContextVar("fluxlit_task", default=None)
"""The task whose function runs in this context."""


def progress(done: float | None = None, note: str | None = None) -> None:
    """Say from within a job or stream how far it is. If it was stopped, its function ends here.

    A stopped function ends by an exception that is no `Exception`: code that retries does not catch it.
    Elsewhere the call does nothing, so that a test or a script can call the function as it is.

    Args:
        done: between 0 and 1; None or not a number: as before.
        note: a few words for whoever waits, or what `str()` makes words of; None: as before.
    """
    if (task := current.get()) is not None:
        task.tell(done, note)


def begin(task: Task, work: Any, *, executor: Executor | None, context: object) -> None:
    """Begin the work and return at once. `context`: Streamlit's context of the run that begins it.

    `work`: a function, or what it would return. Its thread has a copy of the caller's contextvars, so that
    OpenTelemetry spans are children of the caller's span. The thread has no page: code that draws there gets
    an error that says how to hand data over.
    """
    run = partial(copy_context().run, _run, task, work, context)
    if executor is None:
        threading.Thread(target=run, name="fluxlit-task", daemon=True).start()
        return
    # The task cannot be handed to another process, and that process cannot say how far it is.
    submitted = executor.submit(run if isinstance(executor, ThreadPoolExecutor) else work)
    submitted.add_done_callback(partial(_end_submitted, task))


def _run(task: Task, work: Any, context: object) -> Any:
    current.set(task)
    with without_page(context):
        _end_with(task, partial(_outcome, task, work))
    return task.result


def _end_with(task: Task, outcome: Callable[[], Any]) -> None:
    """End the task with what `outcome` returns or raises, if the task has not ended yet."""
    try:
        task.end("done", result=outcome())
    except Stopped:
        task.end("stopped")
    except BaseException as error:  # noqa: BLE001 - the app's own code: whatever it is, the task has ended
        try:
            said = f"{type(error).__name__}: {error}"
        except Exception:  # noqa: BLE001 - its `__str__` is the app's own code, too
            said = type(error).__name__
        if task.end("failed", said):
            _log.error("the function of %s %r failed", task.kind, task.key, exc_info=error)
    finally:
        task.is_working = False


def _end_submitted(task: Task, future: Future[Any]) -> None:
    if future.cancelled():
        task.stop()
    _end_with(task, partial(_outcome, task, future.result))  # an async function leaves its end to us


def _outcome(task: Task, work: Any) -> Any:
    given = work() if callable(work) else work
    if inspect.isawaitable(given) or isinstance(given, AsyncIterable):
        given = asyncio.run(_awaited(task, given))
    return given if task.kind == "job" else _consume(task, given)


async def _awaited(task: Task, given: Any) -> Any:
    if inspect.isawaitable(given):
        given = await given
    if task.kind == "job" or not isinstance(given, AsyncIterable):
        return given
    async for chunk in given:  # `asyncio.run` closes a generator that has not ended
        task.add(chunk)
    return ()  # nothing is left to consume


def _consume(task: Task, source: Any) -> None:
    if not isinstance(source, Iterable):
        raise TypeError(f"a stream takes what gives chunks, such as a generator, not {type(source).__name__}")
    try:
        for chunk in [source] if isinstance(source, str) else source:
            task.add(chunk)
    finally:
        with suppress(Exception):  # the stream is over, and its exception may be on its way up
            getattr(source, "close", lambda: None)()
