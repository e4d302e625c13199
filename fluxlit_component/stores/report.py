"""What a developer wants to know of the store of a run, for the panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def report_on(store: RecordStore) -> StoreReport:
    """Tell of what `store_of_run` has put together."""
    sealed, last = False, None
    inner: Any = store
    if isinstance(inner, SealedStore):
        sealed, inner = inner.sealing.on, inner.inner
    if isinstance(inner, SparingStore):
        last, inner = inner.breaker.last, inner.inner
    return StoreReport(getattr(inner, "kind", type(inner).__name__), sealed, last)
