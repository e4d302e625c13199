"""Work that may hang, done in other threads so that the caller need not wait for its end.

For stores that may hang. A PostgreSQL driver waits at least two seconds for a connection, and forever for
the answer of a server that hangs. Nothing here stops work: it goes on when its caller has given up.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout  # not the built-in TimeoutError in Python 3.10
from typing import TypeVar

from fluxlit_component.clock import monotonic

T = TypeVar("T")


class Workers:
    """Up to `most` threads at once, one for each piece of work. A thread that hangs counts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begin()

    def run(self, work: Callable[[], T], *, seconds: float) -> T:
        """Return what the work returns, or raise what it raises, or `TimeoutError`."""
        if self._pid != os.getpid():
            self._begin()  # a fork copies no threads, so none of them ends here
        give_up = monotonic() + seconds
        if self._free.acquire(timeout=max(0.0, seconds)):
            job: Future[T] = Future()
            args = work, job, self._free
            try:
                threading.Thread(target=_do, args=args, name="fluxlit-store", daemon=True).start()
            except RuntimeError:  # the system gives no more threads, or the interpreter ends
                self._free.release()
                raise
            try:
                return job.result(give_up - monotonic())
            except FutureTimeout:
                if job.done():  # only now, or the work itself raised it
                    return job.result()
        raise TimeoutError(f"nothing was heard for {seconds:g} s")

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._free = threading.Semaphore(self._most)


def _do(work: Callable[[], T], job: Future[T], free: threading.Semaphore) -> None:
    try:
        job.set_result(work())
    except BaseException as error:  # noqa: BLE001 - the caller gets it
        job.set_exception(error)
    finally:
        free.release()
