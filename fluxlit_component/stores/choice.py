"""Which store a call means: an object, a URL, or the default of the settings."""

from __future__ import annotations

import logging
import os.path
import threading
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.settings import Settings
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import SessionStore, VersionedStore
from fluxlit_component.stores.location import open_store
from fluxlit_component.stores.sqlite_damage import DEFAULT_NAME
from fluxlit_component.stores.unanswering import UnansweringStore

StoreLike: TypeAlias = SessionStore | VersionedStore | str

_log = logging.getLogger("fluxlit_component.stores")
_DEFAULT_FILE: Final = Path(".streamlit") / DEFAULT_NAME

_adapters_lock = threading.Lock()
_adapters: list[tuple[SessionStore, AdapterStore]] = []
_told: set[str] = set()


def choose_store(store: StoreLike | None, settings: Settings, script_path: str | None) -> VersionedStore:
    """The store to use: an object as it is or adapted, a URL opened, None by the settings."""
    if isinstance(store, str):
        return _opened(store)
    if store is None:
        return (
            _opened(settings.session_store)
            if settings.session_store
            else _default_store(settings, script_path)
        )
    if isinstance(store, VersionedStore):
        return store
    if not isinstance(store, SessionStore):
        message = f"store must be a URL or an object with get, set and delete, not {type(store).__name__}"
        raise ConfigurationError(message)
    with _adapters_lock:
        for inner, adapter in _adapters:
            if inner is store:
                return adapter
        adapter = AdapterStore(store)
        _adapters.append((store, adapter))
        del _adapters[:-16]  # an app that makes a store per run must not fill the memory
        return adapter


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


def _default_store(settings: Settings, script_path: str | None) -> VersionedStore:
    if settings.session_sqlite_path:
        path = Path(settings.session_sqlite_path).expanduser().resolve()
    else:
        path = _beside(script_path) if script_path else Path.cwd().resolve() / _DEFAULT_FILE
    try:
        return open_store(f"sqlite:///{path}")
    except Exception as error:  # noqa: BLE001 - a read-only folder must not keep the app from running
        if os.path.exists(path):  # noqa: PTH110 - false, no error, below a file or a folder that is not ours
            # Locked, read-only, of a newer release: what was saved is in there, and memory would deny it.
            _warn_once(
                "the session file %s cannot be used now (%s); nothing is saved meanwhile.", path, error
            )
            return UnansweringStore(error)
        _warn_once(
            "the session file %s cannot be written (%s); sessions are kept in memory and end with it. "
            "Set FLUXLIT_SESSION_SQLITE_PATH or FLUXLIT_SESSION_STORE.",
            path,
            error,
        )
        return open_store("memory://")


def _warn_once(message: str, path: Path, error: Exception) -> None:
    """Every run opens anew; the log is told once of each reason."""
    told = message % (path, error)
    if told not in _told:
        _told.add(told)
        _log.warning(told)
