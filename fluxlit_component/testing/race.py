"""Several threads that begin at the same moment: for tests that look for a single winner.

Not for processes. A passed test proves nothing, but an existing race is likely to show.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def race(runners: int, run: Callable[[int], T]) -> list[T]:
    """Call ``run(0)`` to ``run(runners - 1)`` at once; return all results, or raise what one raised."""
    start = threading.Barrier(runners)

    def runner(number: int) -> T:
        start.wait(timeout=30)
        return run(number)

    with ThreadPoolExecutor(runners) as threads:
        return [future.result() for future in [threads.submit(runner, number) for number in range(runners)]]
