"""When a store tidies up on its own: seldom, a little at a time, and sooner again if much is left.

For stores whose backend does not expire anything by itself. What is dropped is decided by the store's
`purge`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from fluxlit_component.clock import Clock
from fluxlit_component.errors import FluxlitError

_log = logging.getLogger("fluxlit_component.stores")

SWEEP_LIMIT: Final = 200
"""How many sessions one sweep drops at most, so that no visitor waits long for a lock that it holds."""

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

    def in_background(self, clock: Clock, purge: Callable[[int], int]) -> None:
        """If a sweep is due, let a thread of its own call `purge` with the limit: a visitor waits here."""
        if self.begin(clock()):
            work = (clock, purge)
            threading.Thread(target=self._sweep, args=work, name="fluxlit-sweep", daemon=True).start()

    def _sweep(self, clock: Clock, purge: Callable[[int], int]) -> None:
        try:
            self.end(clock(), purge(SWEEP_LIMIT))
        except FluxlitError as error:  # nobody asked for it; the next one comes soon enough
            _log.info("expired sessions were not swept this time: %s", error)
