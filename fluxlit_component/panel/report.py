"""What a developer may know of a session, as plain data: everything but the id and the values.

Taken from the tab in one moment, under its lock; drawn by `panel`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import Self

from fluxlit_component.clock import Clock, wall
from fluxlit_component.stores.report import StoreReport
from fluxlit_component.tab.standing import Carrier, Status
from fluxlit_component.tab.tab import Tab


@dataclass(frozen=True, slots=True)
class SessionReport:
    """One session at one moment. Spans in seconds, sizes in bytes."""

    status: Status = "disabled"
    carrier: Carrier = "component"
    """What brings the id to the server."""
    is_new: bool = True
    runs: int = 0
    """Script runs of this page load, the one at the gate included."""
    restored: tuple[str, ...] = ()
    by_reference: frozenset[str] = frozenset()
    """Keys of values that cannot be stored and come back while this process has them."""
    lost: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Key -> why it is not kept and what to do."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Key -> encoded size of what is kept of it."""
    unsaved: frozenset[str] = frozenset()
    """Keys whose newest value the store could not take so far."""
    stored: bool = False
    """Whether there is a record."""
    idle_left: float | None = None
    """Until the record ends if nothing more is done; None: never, or the store does not tell."""
    age_left: float | None = None
    """Until the record ends in any case; None: never."""
    conflicts: int = 0
    store: StoreReport | None = None

    @classmethod
    def of(cls, tab: Tab, store: StoreReport, *, clock: Clock = wall) -> Self:
        """Look at a tab."""
        with tab.lock:
            now = clock() + tab.known.skew
            return cls(
                status=tab.standing.status,
                carrier=tab.standing.carrier,
                is_new=tab.standing.is_new,
                runs=tab.runs,
                restored=tab.standing.restored,
                by_reference=frozenset(tab.live),
                lost=tab.standing.lost,
                skipped=dict(tab.standing.skipped),
                sizes=tab.known.base.sizes(),
                unsaved=frozenset(tab.known.base.unsaved),
                stored=tab.known.created,
                idle_left=_left(tab.known.idle_expires, now),
                age_left=_left(tab.known.expires, now),
                conflicts=tab.standing.conflicts,
                store=store,
            )

    @property
    def size(self) -> int:
        """Of all keys together."""
        return sum(self.sizes.values())

    @property
    def expires_in(self) -> float | None:
        """The shorter of both lifetimes."""
        return min((left for left in (self.idle_left, self.age_left) if left is not None), default=None)


def _left(moment: float | None, now: float) -> float | None:
    return None if moment is None else max(moment - now, 0.0)
