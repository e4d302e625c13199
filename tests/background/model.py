"""A stand-in for a language model, which a test lets answer chunk by chunk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any


class Model:
    """Gives its chunks one by one, each when it is told to; or all at once."""

    def __init__(self, *chunks: Any, at_once: bool = False) -> None:
        self.chunks = chunks
        self.began = 0
        self.is_closed = False
        self._allowed = threading.Semaphore(0)
        if at_once:
            self.go_on(len(chunks) + 1)

    def go_on(self, steps: int = 1) -> None:
        """Let it give so many more; the step after the last chunk ends it."""
        for _ in range(steps):
            self._allowed.release()

    def __call__(self, *args: Any) -> Iterator[Any]:
        self.began += 1
        try:
            for chunk in self.chunks:
                self._allowed.acquire(timeout=120)
                yield chunk
            self._allowed.acquire(timeout=120)
        finally:
            self.is_closed = True


MakeModel = Callable[..., Model]


def until(is_so: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that happens in another thread."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.01)
