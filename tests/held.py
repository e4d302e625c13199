"""How long a block holds its caller, for tests that say "soon"."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NAP_SECONDS: Final = 0.05


@contextmanager
def within(seconds: float = 1.5) -> Iterator[None]:
    """Fail if the block takes longer than a visitor should wait.

    A busy machine wakes every thread late. A thread that only sleeps finds out by how much, and that does
    not count.
    """
    is_over, late = threading.Event(), 0.0

    def sleep() -> None:
        nonlocal late
        while not is_over.is_set():
            fell_asleep = time.monotonic()
            is_over.wait(_NAP_SECONDS)
            late += max(0.0, time.monotonic() - fell_asleep - _NAP_SECONDS)

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    begin = time.monotonic()
    try:
        yield
    finally:
        took = time.monotonic() - begin
        is_over.set()
        sleeper.join()
    assert took - late < seconds, f"held for {took:.2f} s, of which the machine was late by {late:.2f} s"
