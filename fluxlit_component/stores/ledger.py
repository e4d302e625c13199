"""The decision about a commit, without a backend: pure functions over what is stored.

A store that reads and writes in one atomic step (memory, SQLite, SQL) fetches head and named fields, asks
`rule`, and writes what it returns. `stores.base` has the contract in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from fluxlit_component.clock import deadline, is_past
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import stored_key
from fluxlit_component.state.record import Commit, Field, Outcome, Record

MARKER_SECONDS: Final = 86_400.0  # how long a destroyed session answers "destroyed" to late writers
PAGE: Final = 200  # how many sessions a listing reads at once
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_PREFIX: Final = re.compile(r"[0-9a-f]{0,64}")

State: TypeAlias = Literal["alive", "absent", "expired", "destroyed"]


class Head(NamedTuple):
    """All that is stored of a session except its fields. A tuple, since each commit makes several."""

    version: int
    created: float
    idle_expires: float | None = None
    expires: float | None = None
    schema: int = 0
    forget: float | None = None  # of a destroyed session's marker: the moment from which it may be dropped


@dataclass(eq=False, repr=False)
class Place:
    """A session as one transaction found it."""

    name: str
    row: Any  # how the backend identifies the session; None: there is no row yet
    head: Head | None
    now: float
    fields: dict[str, Field] = field(default_factory=dict)  # at least the fields that were asked for

    @property
    def living(self) -> Head | None:
        """The head of the session, if the session is alive."""
        return self.head if state_of(self.head, self.now) == "alive" else None

    def record(self) -> Record | None:
        """The record, if the session is alive."""
        return None if (head := self.living) is None else Record(*head[:5], self.fields, self.now)


def name_of(session_id: str) -> str:
    """The name of a session in a backend. An empty id is refused: all visitors would share one session."""
    if not isinstance(session_id, str) or not session_id:
        raise ConfigurationError("a session id is a string that is not empty")
    return stored_key(session_id)


def is_name(text: str) -> bool:
    """Whether `text` has the form of a session's name."""
    return _NAME.fullmatch(text) is not None


def checked_name(name: str) -> str:
    """Return `name` if it is a name. The error does not quote it, since it may be an id."""
    if not is_name(name):
        raise ConfigurationError("a stored session is named by 64 hex characters, not by its id")
    return name


def checked_prefix(prefix: str) -> str:
    """Return `prefix` if a name can begin with it."""
    if _PREFIX.fullmatch(prefix) is None:
        raise ConfigurationError("the name of a stored session begins with hex characters: 0-9, a-f")
    return prefix


def marker(now: float) -> Head:
    """The marker that stays when a session is destroyed."""
    return Head(0, now, forget=now + MARKER_SECONDS)


def ends(head: Head) -> float | None:
    """The moment from which a purge may drop the session; None: never."""
    moments = head.forget, head.idle_expires, head.expires
    return min((moment for moment in moments if moment is not None), default=None)


def state_of(head: Head | None, now: float) -> State:
    """The state of a session. A marker whose time is over counts as absent."""
    if head is None:
        return "absent"
    if head.forget is not None:
        return "absent" if is_past(head.forget, now) else "destroyed"
    return "expired" if is_past(head.idle_expires, now) or is_past(head.expires, now) else "alive"


def is_free(head: Head | None, now: float) -> bool:
    """Whether a copy may be written there. An expired session counts as absent, even if not purged yet."""
    return state_of(head, now) in {"absent", "expired"}


def rule(place: Place, commit: Commit) -> tuple[Outcome, Head | None, dict[str, Field]]:
    """Decide a commit: return the answer, and the head and fields to write. No head: nothing is written.

    `place` has the fields that the commit names. Fields of guarded changes need their data, because the
    answer to a refused change returns it.
    """
    now, state, standing = place.now, state_of(place.head, place.now), place.living
    if state != "alive" and not (state == "absent" and commit.create):
        return Outcome(state, now=now), None, {}
    head = standing or Head(commit.begin - 1, now, expires=deadline(now, commit.max_age_seconds))
    # No migration leads from 0 to 1.
    if commit.schema is not None and head.schema > max(commit.schema, 1):
        return Outcome("newer", now=now), None, {}
    version = head.version + 1
    refused: dict[str, Field | None] = {}
    overwritten: list[str] = []
    written: dict[str, Field] = {}
    for key, change in commit.changes.items():
        there = place.fields.get(key)
        known = there.version if there is not None else 0
        if change.guarded and known != change.base:
            refused[key] = there
            continue
        if known > change.base:
            overwritten.append(key)
        written[key] = Field(version, change.data)

    if not written:
        head = standing or Head(0, now)  # no record begins here, because there is nothing to write
        return Outcome("committed", head.version, refused, frozenset(), *head[2:4], now), None, {}
    schema = max(head.schema, commit.schema or 0)
    head = head._replace(version=version, idle_expires=deadline(now, commit.idle_seconds), schema=schema)
    return Outcome("committed", version, refused, frozenset(overwritten), *head[2:4], now), head, written
