"""Facts about the store of a run, for the developer's panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fluxlit_component.stores.base import RecordStore
from fluxlit_component.stores.outage import LastCall, SparingStore
from fluxlit_component.stores.sealed import SealedStore


@dataclass(frozen=True, slots=True)
class StoreReport:
    """Facts about the store of a run, for a developer. Names no file, host or id."""

    kind: str
    sealed: bool = False
    last: LastCall | None = None
    """The last call in this process that reached the store; None: no call so far."""


def report_on(store: RecordStore) -> StoreReport:
    """Report on a store that `store_of_run` has returned."""
    sealed, last = False, None
    inner: Any = store
    if isinstance(inner, SealedStore):
        sealed, inner = inner.sealing.on, inner.inner
    if isinstance(inner, SparingStore):
        last, inner = inner.breaker.last, inner.inner
    return StoreReport(getattr(inner, "kind", type(inner).__name__), sealed, last)
