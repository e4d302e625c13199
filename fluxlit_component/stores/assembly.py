"""The store as one run sees it: chosen, spared when it is down, sealed if asked for.

What a call means by a store is an object, a URL, or the default of the settings.
"""

from __future__ import annotations

import logging
import os.path
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.settings import Settings
from fluxlit_component.stores.base import RecordStore, SessionStore, VersionedStore
from fluxlit_component.stores.location import open_store
from fluxlit_component.stores.outage import SparingStore, breaker_of
from fluxlit_component.stores.sealed import SealedStore, sealing_of
from fluxlit_component.stores.sqlite_damage import DEFAULT_NAME

if TYPE_CHECKING:
    from fluxlit_component.stores.adapter import AdapterStore

StoreLike: TypeAlias = SessionStore | VersionedStore | str

_log = logging.getLogger("fluxlit_component.stores")
_DEFAULT_FILE: Final = Path(".streamlit") / DEFAULT_NAME

_adapters_lock = threading.Lock()
_adapters: list[tuple[SessionStore, AdapterStore]] = []
_told: set[str] = set()


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
    sealing = sealing_of(on=settings.seal if seal is None else seal, keys=settings.seal_keys)
    chosen = choose_store(store, settings, script_path)
    if sealing.on and not sealing.masters:
        from fluxlit_component.stores.adapter import AdapterStore

        if isinstance(chosen, AdapterStore):
            _warn_once(
                "a store with get, set and delete is handed the session id as it is, and so the key of the "
                "seal; set FLUXLIT_SEAL_KEYS, or use a store of this package, which keeps only the id's hash"
            )
    spared = SparingStore(chosen, breaker_of(chosen))
    return SealedStore(spared, sealing, idle_seconds=idle_seconds)


def choose_store(store: StoreLike | None, settings: Settings, script_path: str | None) -> VersionedStore:
    """The store to use: an object as it is or adapted, a URL opened, None by the settings."""
    if isinstance(store, str):
        return _opened(store)
    if store is None:
        url = settings.session_store
        return _opened(url) if url else _default_store(settings, script_path)
    if isinstance(store, VersionedStore):
        return store
    if not isinstance(store, SessionStore):
        message = f"store must be a URL or an object with get, set and delete, not {type(store).__name__}"
        raise ConfigurationError(message)
    from fluxlit_component.stores.adapter import AdapterStore

    with _adapters_lock:
        for inner, adapter in _adapters:
            if inner is store:
                return adapter
        adapter = AdapterStore(store)
        _adapters.append((store, adapter))
        del _adapters[:-16]  # an app that makes a store per run must not fill the memory
        return adapter


class UnansweringStore:
    """The store of a run whose real one could not be opened just now: every call raises, with the reason.

    Not a memory store in its place: that would say "absent", and the visitor's id would be replaced while
    the state lies safe in a file that is locked for a moment. Made for one run; the next one opens again.
    """

    bounded = True

    def __init__(self, reason: Exception) -> None:
        self._reason = reason

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise StoreUnavailable(str(self._reason)) from self._reason

    get = set = delete = load = commit = touch = copy = rename = take = purge = _refuse

    def close(self) -> None:
        """Nothing is open."""


def _opened(url: str) -> VersionedStore:
    """The store of a URL. One that is not there right now is tried again in the next run."""
    try:
        return open_store(url)
    except StoreUnavailable as error:
        return UnansweringStore(error)


@lru_cache(maxsize=64)
def _beside(script_path: str) -> Path:
    """The default file of an app, looked up once: an app may change its working directory."""
    return Path(script_path).parent.resolve() / _DEFAULT_FILE


@lru_cache(maxsize=64)
def _named(path: str) -> Path:
    """As `_beside`: a run that changes nothing asks no disk where its file is."""
    return Path(path).expanduser().resolve()


def _default_store(settings: Settings, script_path: str | None) -> VersionedStore:
    if settings.session_sqlite_path:
        path = _named(settings.session_sqlite_path)
    else:
        path = _beside(script_path) if script_path else Path.cwd().resolve() / _DEFAULT_FILE
    try:
        return open_store(f"sqlite:///{path}")
    except Exception as error:  # noqa: BLE001 - a read-only folder must not keep the app from running
        if os.path.exists(path):  # noqa: PTH110 - false, no error, below a file or a folder that is not ours
            # Locked, read-only, of a newer release: what was saved is in there, and memory would deny it.
            _warn_once(f"the session file {path} cannot be used now ({error}); nothing is saved meanwhile.")
            return UnansweringStore(error)
        _warn_once(
            f"the session file {path} cannot be written ({error}); sessions are kept in memory and end with "
            "it. Set FLUXLIT_SESSION_SQLITE_PATH or FLUXLIT_SESSION_STORE."
        )
        return open_store("memory://")


def _warn_once(message: str) -> None:
    """Every run opens anew; the log is told once of each reason."""
    if message not in _told:
        _told.add(message)
        _log.warning("%s", message)
