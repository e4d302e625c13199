"""Work that cannot be told to hurry, done in other threads so that the caller need not wait for its end.

For stores that may hang: a PostgreSQL driver waits two seconds at least for a connection, and for the
answer of a server that hangs forever. It stops no work; work can find out that nobody waits any more.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout  # of its own in Python 3.10
from typing import Any, Final, TypeVar

T = TypeVar("T")

_IDLE_SECONDS: Final = 10.0


class Job(Future[Any]):
    """One piece of work, told itself."""

    def __init__(self, work: Callable[[Job], Any]) -> None:
        super().__init__()
        self.wanted = True
        """Turns false when the caller has given up."""
        self._work = work

    def do(self) -> None:
        """Do the work, if it is still wanted, and keep what it returns or raises."""
        try:
            self.set_result(self._work(self) if self.wanted else None)
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            self.set_exception(error)


class Workers:
    """Up to `most` threads, started when needed and gone when idle for a while; one that hangs counts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begin()

    def run(self, work: Callable[[Job], T], *, seconds: float) -> T:
        """Return what the work returns, or raise what it raises, or `TimeoutError`."""
        if self._pid != os.getpid():
            self._begin()  # threads do not cross a fork, and the lock may have been held by one
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
            if job.done():  # the work's own
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
            del job  # what it returned or raised may be large
            with self._lock:
                self._unfinished -= 1
