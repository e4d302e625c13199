"""When a store drops ended sessions by itself: seldom, a few at a time, and soon again if many are left.

For stores whose backend does not expire anything by itself. The store's `purge` decides which sessions
are dropped.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from fluxlit_component.clock import Clock
from fluxlit_component.errors import FluxlitError

_log = logging.getLogger("fluxlit_component.stores")

_LIMIT: Final = 200
"""How many sessions one sweep drops at most, so that no visitor waits long for the lock of the sweep."""

_PAUSE_SECONDS: Final = 300.0
_BACKLOG_PAUSE_SECONDS: Final = 5.0


class Sweep:
    """Remembers when the next sweep is due. Two threads may both find it due; that does no harm.

    `waits`: whether the caller who finds the sweep due runs it. Otherwise a new thread runs it.
    """

    def __init__(self, clock: Clock, *, waits: bool = False) -> None:
        self._clock = clock
        self._waits = waits
        self.due = clock() + _PAUSE_SECONDS

    def run(self, purge: Callable[..., int]) -> None:
        """Call the store's `purge`, if it is time."""
        now = self._clock()
        if now < self.due:
            return
        self.due = now + _PAUSE_SECONDS
        if self._waits:
            self._sweep(purge)
        else:
            work = (purge,)
            threading.Thread(target=self._sweep, args=work, name="fluxlit-sweep", daemon=True).start()

    def _sweep(self, purge: Callable[..., int]) -> None:
        try:
            # A sweep at its limit has left work. With 200 per 5 minutes a busy store would only grow.
            if purge(limit=_LIMIT) >= _LIMIT:
                self.due = self._clock() + _BACKLOG_PAUSE_SECONDS
        except FluxlitError as error:  # nobody asked for this sweep, and the next one comes soon enough
            _log.info("expired sessions were not swept this time: %s", error)
