"""The two clocks: wall time for deadlines that are stored, monotonic time for intervals.

A store takes its clock as an argument, so that tests can set the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]  # returns seconds; wall clocks count from the Unix epoch

wall: Clock = time.time
monotonic: Clock = time.monotonic


def deadline(now: float, seconds: float | None) -> float | None:
    """The moment `seconds` after `now`. None means never: for None, zero and negative seconds."""
    return now + seconds if seconds is not None and seconds > 0 else None


def is_past(moment: float | None, now: float) -> bool:
    """Whether a deadline is reached. None is never reached."""
    return moment is not None and moment <= now
