"""The store as one run sees it: chosen, spared when it is down, sealed if asked for."""

from __future__ import annotations

from fluxlit_component.settings import Settings
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.stores.choice import StoreLike, choose_store
from fluxlit_component.stores.outage import sparing
from fluxlit_component.stores.sealed import SealedStore, sealing_of


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
    chosen = sparing(choose_store(store, settings, script_path))
    return SealedStore(chosen, sealing, idle_seconds=idle_seconds)
