"""Opens a store by its URL. Only this module knows which scheme belongs to which module.

There is one store per URL and process, made at first use. Engines of extras are imported only then.
"""

from __future__ import annotations

import importlib
import os
import threading
from typing import TYPE_CHECKING, Any, Final

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.stores.base import hiding_url

if TYPE_CHECKING:
    from fluxlit_component.stores.browse import BuiltInStore

STORE_OF: Final = {
    **dict.fromkeys(("redis", "rediss", "unix", "valkey", "valkeys"), "RedisSessionStore"),
    **dict.fromkeys(("postgresql", "postgres", "mariadb"), "SQLSessionStore"),
}
"""Scheme (the part before a plus sign) -> class."""
_EXAMPLES: Final = (
    "memory://, sqlite:///relative.db, sqlite:////absolute.db, redis://, rediss://, unix://, "
    "redis+cluster://, redis+sentinel://, valkey://, postgresql+psycopg://, mariadb+pymysql://"
)

_ENGINES: Final = {"RedisSessionStore": "redis", "SQLSessionStore": "sql"}
"""Class -> its module, which has the name of the extra that brings the engine."""

_lock = threading.Lock()
_stores: dict[tuple[str, int], BuiltInStore] = {}


def open_store(url: str, *, timeout_seconds: float | None = None) -> BuiltInStore:
    """Return the store of this URL in this process.

    With `timeout_seconds` the caller, a tool, gets a new store to close, and a damaged file is left alone.

    A SQLite path is taken literally: nothing in it is percent-decoded. The URLs of servers go to their client
    library as they are. Error messages quote nothing of a URL, which may hold a password.
    """
    if timeout_seconds is not None:
        return _make(url, timeout_seconds)
    # A store made before a fork is not used in the child: processes must not share sockets and locks.
    place = url, os.getpid()
    store = _stores.get(place)
    if store is None:
        # Without the lock: opening may wait for a locked file, and then all visitors wait at the same time.
        made = _make(url)
        with _lock:
            store = _stores.setdefault(place, made)
        if store is not made:  # another thread was faster
            made.close()
    return store


def close_stores() -> None:
    """Close and forget what `open_store` has opened in this process, as the end of the process does."""
    with _lock:
        stores = [store for (_, process), store in _stores.items() if process == os.getpid()]
        _stores.clear()
    for store in stores:
        store.close()


def _make(url: str, timeout_seconds: float | None = None) -> BuiltInStore:
    scheme, separator, rest = url.partition("://")
    scheme = scheme.lower()
    path, _, query = rest.partition("?")
    if not separator:
        raise ConfigurationError(f"a store is named by a URL such as {_EXAMPLES}; a file: sqlite:///name.db")
    if scheme in {"memory", "sqlite"} and query:
        raise ConfigurationError("the URL of a memory or SQLite store takes no options")
    if scheme == "memory":
        if path:
            raise ConfigurationError("memory:// takes no name; a file is sqlite:///name.db")
        from fluxlit_component.stores.memory import InMemorySessionStore

        return InMemorySessionStore()
    if scheme == "sqlite":
        from fluxlit_component.stores.sqlite import SQLiteSessionStore

        if not path.startswith("/"):
            raise ConfigurationError(
                "write three slashes for a relative file, sqlite:///name.db, four for an absolute one"
            )
        if timeout_seconds is None:
            return SQLiteSessionStore(path[1:])
        return SQLiteSessionStore(path[1:], busy_timeout_seconds=timeout_seconds, sets_aside=False)
    if (name := STORE_OF.get(scheme.partition("+")[0])) is None:
        raise ConfigurationError(f"no store for this URL scheme; there are {_EXAMPLES}")
    patience = {} if timeout_seconds is None else {"timeout_seconds": timeout_seconds}
    with hiding_url():
        store: BuiltInStore = store_class(name).from_url(url, **patience)
    return store


def store_class(name: str) -> Any:
    """The class of a store whose engine is an extra, imported only now; a `ConfigurationError` without it."""
    engine = _ENGINES[name]
    try:
        return getattr(importlib.import_module(f"fluxlit_component.stores.{engine}"), name)
    except ImportError as error:
        raise ConfigurationError(f"{name} needs packages: pip install fluxlit-component[{engine}]") from error
