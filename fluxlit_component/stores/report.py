"""What a developer wants to know of the store of a run, for the panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.stores.outage import LastCall, SparingStore
from fluxlit_component.stores.sealed import SealedStore


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What a developer wants to know of the store of a run. Names no file, host or id."""

    kind: str
    sealed: bool = False
    last: LastCall | None = None
    """The last call of this process that reached it; None: none did so far."""


_KINDS: Final = {
    "InMemorySessionStore": "Memory",
    "SQLiteSessionStore": "SQLite",
    "RedisSessionStore": "Redis",
    "SQLSessionStore": "SQL",
}
"""By name: the classes of engines that may not be installed are not to be imported here."""


def report_on(store: RecordStore) -> StoreReport:
    """Tell of what `store_of_run` has put together."""
    sealed, last = False, None
    inner: object = store
    if isinstance(inner, SealedStore):
        sealed, inner = inner.sealing.on, inner.inner
    if isinstance(inner, SparingStore):
        last, inner = inner.breaker.last, inner.inner
    if isinstance(inner, AdapterStore):
        return StoreReport(inner.kind, sealed, last)
    names = [base.__name__ for base in type(inner).__mro__]
    return StoreReport(next((_KINDS[name] for name in names if name in _KINDS), names[0]), sealed, last)
