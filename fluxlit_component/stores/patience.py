"""Work that cannot be told to hurry, done in other threads so that the caller need not wait for its end.

For `stores.sql_engine`: a PostgreSQL driver waits two seconds at least for a connection, and forever for the
answer of a server that hangs. It stops no work; work that nobody waits for any more can find that out.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

_IDLE_SECONDS: Final = 10.0


class Job(Generic[T]):
    """One piece of work; `wanted` turns false when its caller has given up."""

    def __init__(self, work: Callable[[Job[T]], T]) -> None:
        self.wanted = True
        self._work = work
        self._done = threading.Event()
        self._results: list[T] = []
        self._error: BaseException | None = None

    def do(self) -> None:
        """Do the work, and keep what it returns or raises."""
        try:
            if self.wanted:
                self._results.append(self._work(self))
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            self._error = error
        self._done.set()

    def wait(self, seconds: float) -> T:
        """What the work returned; `TimeoutError` if it takes longer than that."""
        if not self._done.wait(seconds):
            self.wanted = False
            raise TimeoutError(f"nothing was heard for {seconds} s")
        if self._error is not None:
            raise self._error
        return self._results[0]


class Workers:
    """Up to `most` threads, started when needed, gone when idle for a while. One that hangs stays counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[Job[Any]] = queue.SimpleQueue()
        self._threads = 0
        self._unfinished = 0

    def run(self, work: Callable[[Job[T]], T], *, seconds: float) -> T:
        """Return what the work returns, or raise what it raises, or `TimeoutError`."""
        job = Job(work)
        with self._lock:
            self._unfinished += 1
            self._jobs.put(job)
            starts = self._unfinished > self._threads < self._most
            self._threads += starts
        if starts:
            threading.Thread(target=self._serve, name="fluxlit-store", daemon=True).start()
        return job.wait(seconds)

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
            del job
            with self._lock:
                self._unfinished -= 1
