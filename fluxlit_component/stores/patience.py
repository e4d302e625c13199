"""Work that may hang, done in other threads so that the caller need not wait for its end.

For stores that may hang. A PostgreSQL driver waits at least two seconds for a connection, and forever for
the answer of a server that hangs. Nothing here stops work; the work can check whether somebody still waits.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout  # not the built-in TimeoutError in Python 3.10
from typing import Any, Final, TypeVar

T = TypeVar("T")

_IDLE_SECONDS: Final = 10.0


class Job(Future[Any]):
    """One piece of work. The work is called with this object."""

    def __init__(self, work: Callable[[Job], Any]) -> None:
        super().__init__()
        self.wanted = True
        """Turns false when the caller has given up."""
        self._work = work

    def do(self) -> None:
        """Do the work, if it is still wanted, and keep what it returns or raises."""
        try:
            self.set_result(self._work(self) if self.wanted else None)
        except BaseException as error:  # noqa: BLE001 - the caller gets it
            self.set_exception(error)


class Workers:
    """Up to `most` threads, started when needed and ended after an idle while. A thread that hangs counts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begin()

    def run(self, work: Callable[[Job], T], *, seconds: float) -> T:
        """Return what the work returns, or raise what it raises, or `TimeoutError`."""
        if self._pid != os.getpid():
            self._begin()  # a fork copies no threads, and one of them may have held the lock
        job = Job(work)
        with self._lock:
            self._unfinished += 1
            self._jobs.put(job)
            starts = self._unfinished > self._threads < self._most
            self._threads += starts
        if starts:
            threading.Thread(target=self._serve, name="fluxlit-store", daemon=True).start()
        try:
            result: T = job.result(seconds)
        except FutureTimeout:
            if job.done():  # the work itself raised it
                raise
            job.wanted = False
            raise TimeoutError(f"nothing was heard for {seconds:g} s") from None
        return result

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._threads = 0
        self._unfinished = 0

    def _serve(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if self._unfinished < self._threads:
                        self._threads -= 1
                        return
                continue
            job.do()
            del job  # its result or error may be large
            with self._lock:
                self._unfinished -= 1
