"""Hooks: the app's own functions that are told what happened to a session. For logs, metrics, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypedDict

Kind: TypeAlias = Literal[
    "new", "restore", "persist", "conflict", "skip", "expire", "lost", "identity", "error"
]
Changed: TypeAlias = Literal["login", "logout", "switch"]
"""How the signed-in person changed: there was nobody before, there is nobody now, or somebody else."""


@dataclass(frozen=True)
class Event:
    """What happened. Never holds a session id or a value."""

    kind: Kind
    keys: tuple[str, ...] = ()
    """The keys concerned, sorted."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """For "skip": key -> why it is not kept and what to do."""
    error: Exception | None = None
    """For "error": what the store, a migration or a model raised."""
    change: Changed | None = None
    """For "identity". "login": somebody signed in and keeps the session. "logout" and "switch": nobody or
    somebody else is signed in now, and the visitor gets a fresh session."""


Hook: TypeAlias = Callable[[Event], object]


class Hooks(TypedDict, total=False):
    """The hooks that `url_session` takes, by name or all together. The value None means no hook.

    A hook is called with one `Event`, in the thread of the run. Its return value is ignored. An error of it
    is logged by its type, with a traceback if `FLUXLIT_DEBUG` is set, and the run goes on. A hook must not
    call `st.*`, because it may run while the script is being stopped.
    """

    on_new: Hook | None
    """A visitor without a session came. Called when it is certain that there is none; `keys` is empty."""
    on_restore: Hook | None
    """A page load found its record: `keys` came back. Called again, later in the page's life, with keys whose
    class was registered only then."""
    on_persist: Hook | None
    """A commit has reached the store: `keys` were written or deleted."""
    on_conflict: Hook | None
    """Another tab had written `keys` since this tab read them. The values of this tab have replaced them."""
    on_skip: Hook | None
    """The one key in `keys` is not kept; `reasons` says why and what to do. Called once for each reason."""
    on_expire: Hook | None
    """The record of an open tab had expired. The state goes on under a new id. `keys` is empty."""
    on_lost: Hook | None
    """`keys` held live values before this page load, and these are gone now: the process is another one, or
    the time of `live_seconds` was over."""
    on_identity: Hook | None
    """Somebody signed in or out, or somebody else is signed in now. `change` says which, never who."""
    on_error: Hook | None
    """`error` is what the store, a migration or a model raised. Called once for each outage of a store."""
