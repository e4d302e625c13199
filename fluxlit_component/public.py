"""The public names of the package: import them from `fluxlit_component` itself."""

from fluxlit_component.background.task import progress
from fluxlit_component.background.views import Job, Stream
from fluxlit_component.codec.catalogue import register
from fluxlit_component.errors import (
    BundleMissing,
    CodecError,
    ConfigurationError,
    CorruptValue,
    FluxlitError,
    NoPage,
    StoreUnavailable,
    TooManyTasks,
    UnfitRecord,
    UnstorableValue,
)
from fluxlit_component.handle import UrlSession
from fluxlit_component.hooks import Event, Hooks
from fluxlit_component.identifier import new_session_id
from fluxlit_component.links.links import Link
from fluxlit_component.original.functions import (
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from fluxlit_component.session import url_session
from fluxlit_component.state.caps import Caps
from fluxlit_component.state.merge import append, counter, union
from fluxlit_component.stores.base import SessionStore, VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore

__all__ = [
    "BundleMissing",
    "Caps",
    "CodecError",
    "ConfigurationError",
    "CorruptValue",
    "Event",
    "FluxlitError",
    "Hooks",
    "InMemorySessionStore",
    "Job",
    "Link",
    "NoPage",
    "SQLiteSessionStore",
    "SessionStore",
    "StoreUnavailable",
    "Stream",
    "TooManyTasks",
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
    "progress",
    "register",
    "union",
    "url_session",
]
