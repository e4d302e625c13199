"""The store as one run uses it: chosen, left alone while it is down, sealed if asked for."""

from __future__ import annotations

import logging
import os.path
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from inspect import iscoroutinefunction, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.settings import DEFAULT_FILE, Settings
from fluxlit_component.stores.base import RecordStore, SessionStore, VersionedStore
from fluxlit_component.stores.location import open_store
from fluxlit_component.stores.outage import LastCall, SparingStore, breaker_of, made_for
from fluxlit_component.stores.sealed import SealedStore, sealing_of

if TYPE_CHECKING:
    from fluxlit_component.stores.adapter import AdapterStore

StoreLike: TypeAlias = SessionStore | VersionedStore | str

_log = logging.getLogger("fluxlit_component.stores")
_adapters: list[tuple[SessionStore, AdapterStore]] = []
_told: set[str] = set()


@dataclass(eq=False, repr=False)
class StoreReport:
    """Facts about the store of a run, for a developer. Names no file, host or id."""

    kind: str
    sealed: bool = False
    last: LastCall | None = None  # the last call in this process that reached the store; None: no call so far


def store_of_run(
    store: StoreLike | None,
    settings: Settings,
    script_path: str | None,
    *,
    seal: bool | None = None,
    idle_seconds: float | None = None,
) -> RecordStore:
    """Put together the layers between a run and its backend; a `ConfigurationError` if they cannot be had."""
    sealing = sealing_of(on=settings.seal if seal is None else seal, keys=settings.seal_keys)
    chosen = choose_store(store, settings, script_path)
    if sealing.on and not sealing.masters:
        from fluxlit_component.stores.adapter import AdapterStore

        if isinstance(chosen, AdapterStore):
            _warn_once(
                "a store with get, set and delete is handed the session id as it is, and so the key of the "
                "seal; set FLUXLIT_SEAL_KEYS, or use a store of this package, which keeps only the id's hash"
            )
    return SealedStore(SparingStore(chosen, breaker_of(chosen)), sealing, idle_seconds=idle_seconds)


def report_on(store: RecordStore) -> StoreReport:
    """Report on a store that `store_of_run` has returned."""
    sealed, last = False, None
    inner: Any = store
    if isinstance(inner, SealedStore):
        sealed, inner = inner.sealing.on, inner.inner
    if isinstance(inner, SparingStore):
        last, inner = inner.breaker.last, inner.inner
    return StoreReport(getattr(inner, "kind", type(inner).__name__), sealed, last)


def choose_store(store: StoreLike | None, settings: Settings, script_path: str | None) -> VersionedStore:
    """The store to use. An object is taken as it is or adapted, a URL is opened, None asks the settings."""
    if isinstance(store, str):
        return _opened(store)
    if store is None:
        if not settings.session_store:
            return _default_store(settings, script_path)
        try:
            return _opened(settings.session_store)
        except ConfigurationError as error:
            raise ConfigurationError(f"FLUXLIT_SESSION_STORE (environment or secrets): {error}") from None
    methods = [getattr(store, name, None) for name in ("get", "set", "delete")]
    if isinstance(store, type) or not all(map(callable, methods)) or any(map(iscoroutinefunction, methods)):
        wanted = "a URL or an object with get, set and delete, none of them async"
        raise ConfigurationError(f"store must be {wanted}, not {type(store).__name__}")
    if isinstance(store, VersionedStore):
        return store
    return made_for(store, _adapters, partial(_adapted, store))


class UnansweringStore:
    """A store that could not be opened so far. Each call tries to open it, and raises if that fails.

    A memory store in its place would answer "absent". Then the visitor would get a new id, while the state
    is safe in a file that is only locked for a moment.
    """

    kind = "UnansweringStore"
    bounded = True

    def __init__(self, url: str) -> None:
        self._url = url

    def _ask(self, name: str, *args: Any, **options: Any) -> Any:
        try:
            store = open_store(self._url)
        except Exception as error:
            raise StoreUnavailable(str(error)) from error
        return getattr(store, name)(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return partial(self._ask, name)


def _adapted(store: SessionStore) -> AdapterStore:
    from fluxlit_component.stores.adapter import AdapterStore

    try:
        signature(store.set).bind("", {}, ttl_seconds=1.0)
    except ValueError:
        pass  # compiled code may not say what it takes
    except TypeError as error:
        wanted = "set(session_id, data, *, ttl_seconds=None)"
        raise ConfigurationError(f"the store {type(store).__name__} needs {wanted}: {error}") from None
    return AdapterStore(store)


def _opened(url: str) -> VersionedStore:
    """The store of a URL. If it is not available now, the next run tries again."""
    try:
        return open_store(url)
    except StoreUnavailable:
        return _open_later(url)


_open_later = cast("Callable[[str], VersionedStore]", lru_cache(maxsize=16)(UnansweringStore))
"""One object for all runs, so that pages of the outage can still save when the store is back."""


@lru_cache(maxsize=64)
def _resolved(path: str | None, script_path: str) -> Path:
    """Looked up once: an app may change its working directory, and a run need not ask the disk again."""
    return Path(path).expanduser().resolve() if path else Path(script_path).parent.resolve() / DEFAULT_FILE


def _default_store(settings: Settings, script_path: str | None) -> VersionedStore:
    if settings.session_sqlite_path or script_path:
        path = _resolved(settings.session_sqlite_path, script_path or "")
    else:
        path = Path.cwd() / DEFAULT_FILE
    url = f"sqlite:///{path}"
    try:
        return open_store(url)
    except Exception as error:  # noqa: BLE001 - a read-only folder must not keep the app from running
        if os.path.exists(path):  # noqa: PTH110 - false, no error, below a file or a folder that is not ours
            # The file is locked, read-only or of a newer release. Memory would not have the sessions in it.
            _warn_once(f"the session file {path} cannot be used now ({error}); nothing is saved meanwhile.")
            return _open_later(url)
        _warn_once(
            f"the session file {path} cannot be written ({error}); sessions are kept in memory and end with "
            "it. Set FLUXLIT_SESSION_SQLITE_PATH or FLUXLIT_SESSION_STORE."
        )
        return open_store("memory://")


def _warn_once(message: str) -> None:
    """Log each message once: every run opens the store again and would repeat it."""
    if message not in _told:
        _told.add(message)
        _log.warning("%s", message)
