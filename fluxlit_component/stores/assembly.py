"""The store as one run sees it: chosen, spared when it is down, sealed if asked for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import Final

from fluxlit_component.settings import Settings
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.stores.choice import StoreLike, choose_store
from fluxlit_component.stores.outage import LastCall, SparingStore, sparing
from fluxlit_component.stores.sealed import SealedStore, sealing_of

_log = logging.getLogger("fluxlit_component.stores")


def store_of_run(
    store: StoreLike | None,
    settings: Settings,
    script_path: str | None,
    *,
    seal: bool | None = None,
    idle_seconds: float | None = None,
) -> RecordStore:
    """Put together what stands between a run and its backend.

    Raises:
        ConfigurationError: the store or the sealing that was asked for cannot be had.
    """
    keys = settings.seal_keys.get_secret_value() if settings.seal_keys is not None else None
    sealing = sealing_of(on=settings.seal if seal is None else seal, keys=keys)
    chosen = choose_store(store, settings, script_path)
    if sealing.on and not sealing.masters and isinstance(chosen, AdapterStore):
        _warn_of_open_ids()
    return SealedStore(sparing(chosen), sealing, idle_seconds=idle_seconds)


@cache
def _warn_of_open_ids() -> None:
    _log.warning(
        "a store with get, set and delete is handed the session id as it is, and so the key of the seal; "
        "set FLUXLIT_SEAL_KEYS, or use a store of this package, which keeps only the id's hash"
    )


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
        sealed, inner = inner.is_sealing, inner.inner
    if isinstance(inner, SparingStore):
        last, inner = inner.last, inner.inner
    if isinstance(inner, AdapterStore):
        return StoreReport(inner.kind, sealed, last)
    names = [base.__name__ for base in type(inner).__mro__]
    return StoreReport(next((_KINDS[name] for name in names if name in _KINDS), names[0]), sealed, last)
