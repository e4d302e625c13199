"""Runs the function of a stream or job in a thread of its own, and ends the task whatever happens.

The thread has a copy of the caller's contextvars, so OpenTelemetry spans are children of the caller's span.
The thread has no page: code that draws there gets an error that says how to hand data over.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import threading
from collections.abc import AsyncIterable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from fluxlit_component.background.task import Stopped, Task, current
from fluxlit_component.internals.threads import without_page

_log = logging.getLogger("fluxlit_component")


def begin(task: Task, work: Any, *, executor: Executor | None, context: object) -> None:
    """Begin the work and return at once. `context`: Streamlit's context of the run that begins it.

    `work`: a function, or what it would return.
    """
    run = partial(contextvars.copy_context().run, _run, task, work, context)
    if executor is None:
        threading.Thread(target=run, name="fluxlit-task", daemon=True).start()
        return
    # The task cannot be handed to another process, and that process cannot say how far it is.
    submitted = executor.submit(run if isinstance(executor, ThreadPoolExecutor) else work)
    submitted.add_done_callback(partial(_end_with, task))


def _run(task: Task, work: Any, context: object) -> Any:
    current.set(task)
    with without_page(context):
        try:
            given = work() if callable(work) else work
            if inspect.isawaitable(given):
                given = asyncio.run(_awaited(given))
            result = given if task.kind == "job" else _consume(task, given)
        except BaseException as error:  # noqa: BLE001 - the app's own code: whatever it is, the task has ended
            _fail(task, error)
        else:
            task.end("done", result=result)
        finally:
            task.is_working = False
    return task.result


def _end_with(task: Task, future: Future[Any]) -> None:
    """End the task with the outcome that the executor has, if the task has not ended yet."""
    task.is_working = False
    if future.cancelled():
        task.end("stopped")
    elif (error := future.exception()) is not None:
        _fail(task, error)
    else:
        task.end("done", result=future.result())


def _fail(task: Task, error: BaseException) -> None:
    if isinstance(error, Stopped):
        task.end("stopped")
    elif task.end("failed", f"{type(error).__name__}: {error}"):
        _log.error("the function of %s %r failed", task.kind, task.key, exc_info=error)


async def _awaited(given: Any) -> Any:
    return await given


def _consume(task: Task, source: Any) -> Any:
    if isinstance(source, AsyncIterable):
        return asyncio.run(_consume_async(task, source))
    if not isinstance(source, Iterable):
        raise TypeError(f"a stream takes what gives chunks, such as a generator, not {type(source).__name__}")
    try:
        for chunk in [source] if isinstance(source, str) else source:
            task.add(chunk)
    finally:
        with suppress(Exception):  # the stream is over, and its exception may be on its way up
            getattr(source, "close", lambda: None)()


async def _consume_async(task: Task, source: AsyncIterable[Any]) -> None:
    async for chunk in source:  # `asyncio.run` closes a generator that has not ended
        task.add(chunk)
