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

_LIMIT: Final = 200
"""How many sessions one sweep drops at most, so that no visitor waits long for a lock that it holds."""

_PAUSE_SECONDS: Final = 300.0
_BACKLOG_PAUSE_SECONDS: Final = 5.0


class Sweep:
    """Remembers when the next sweep is due. Two threads may find it due at once; that does no harm.

    `waits`: whether the visitor who finds it due does it. Else a thread of its own does.
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
            # A sweep that reached its limit left work: at 200 per 5 minutes a busy store would only grow.
            if purge(limit=_LIMIT) >= _LIMIT:
                self.due = self._clock() + _BACKLOG_PAUSE_SECONDS
        except FluxlitError as error:  # nobody asked for it; the next one comes soon enough
            _log.info("expired sessions were not swept this time: %s", error)
