"""Session continuity for Streamlit: F5 keeps the state. One line, no cookies, nothing in the URL."""

from fluxlit_component.errors import (
    BundleMissing,
    CodecError,
    ConfigurationError,
    CorruptValue,
    FluxlitError,
    StoreUnavailable,
    UnstorableValue,
)
from fluxlit_component.explicit import (
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from fluxlit_component.identifier import new_session_id
from fluxlit_component.session import UrlSession, url_session
from fluxlit_component.stores.base import SessionStore, VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore

__all__ = [
    "BundleMissing",
    "CodecError",
    "ConfigurationError",
    "CorruptValue",
    "FluxlitError",
    "InMemorySessionStore",
    "SQLiteSessionStore",
    "SessionStore",
    "StoreUnavailable",
    "UnstorableValue",
    "UrlSession",
    "VersionedStore",
    "ensure_url_session",
    "hydrate_url_session",
    "hydrate_url_session_typed",
    "new_session_id",
    "persist_url_session",
    "url_session",
]
