"""Session continuity for Streamlit: F5 keeps the state. One line, no cookies, nothing in the URL."""

from typing import TYPE_CHECKING

from fluxlit_component.codec import register
from fluxlit_component.errors import (
    BundleMissing,
    CodecError,
    ConfigurationError,
    CorruptValue,
    FluxlitError,
    StoreUnavailable,
    UnfitRecord,
    UnstorableValue,
)
from fluxlit_component.explicit import (
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from fluxlit_component.hooks import Event
from fluxlit_component.identifier import new_session_id
from fluxlit_component.links import Link
from fluxlit_component.mergers import append, counter, union
from fluxlit_component.session import UrlSession, url_session
from fluxlit_component.stores.base import SessionStore, VersionedStore
from fluxlit_component.stores.location import store_class
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.sync import Caps

if TYPE_CHECKING:
    from fluxlit_component.stores.redis import RedisSessionStore as RedisSessionStore
    from fluxlit_component.stores.sql import SQLSessionStore as SQLSessionStore

__all__ = [
    "BundleMissing",
    "Caps",
    "CodecError",
    "ConfigurationError",
    "CorruptValue",
    "Event",
    "FluxlitError",
    "InMemorySessionStore",
    "Link",
    "SQLiteSessionStore",
    "SessionStore",
    "StoreUnavailable",
    "UnfitRecord",
    "UnstorableValue",
    "UrlSession",
    "VersionedStore",
    "append",
    "counter",
    "ensure_url_session",
    "hydrate_url_session",
    "hydrate_url_session_typed",
    "new_session_id",
    "persist_url_session",
    "register",
    "union",
    "url_session",
]

if not TYPE_CHECKING:  # for a type checker a typing mistake must stay one

    def __getattr__(name: str) -> object:
        # Not in `__all__`: a star import must not need every engine.
        if name in {"RedisSessionStore", "SQLSessionStore"}:
            return store_class(name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), "RedisSessionStore", "SQLSessionStore"])
