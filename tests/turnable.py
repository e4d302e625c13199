"""A wall clock for tests that moves only when it is told to.

For stores that take a clock. It does not touch `time`: what a backend or another process believes about
the time stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class TurnableClock:
    """Call it for the time, `advance` it to let time pass."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the time in seconds since the Unix epoch."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
