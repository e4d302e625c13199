"""When a store tidies up on its own: seldom, a little at a time, and sooner again if much is left.

For stores whose backend does not expire anything by itself. It only keeps the time; what is dropped
is decided by the store's `purge`.
"""

from __future__ import annotations

from typing import Final

SWEEP_LIMIT: Final = 200
"""How many sessions one sweep drops at most, so that no visitor waits for it."""

_PAUSE_SECONDS: Final = 300.0
_BACKLOG_PAUSE_SECONDS: Final = 5.0


class Sweep:
    """Remembers when the next sweep is due. Two threads may find it due at once; that does no harm."""

    def __init__(self, now: float) -> None:
        self._due = now + _PAUSE_SECONDS

    def begin(self, now: float) -> bool:
        """Whether a sweep is due; if so, the next one is not before the pause is over."""
        if now < self._due:
            return False
        self._due = now + _PAUSE_SECONDS
        return True

    def end(self, now: float, dropped: int) -> None:
        """A sweep that reached its limit left work: at 200 per 5 minutes a busy store would only grow."""
        if dropped >= SWEEP_LIMIT:
            self._due = now + _BACKLOG_PAUSE_SECONDS
