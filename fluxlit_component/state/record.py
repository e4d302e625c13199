"""What a store keeps and what is said to it: pure data.

Versions count the commits of one record, from 1. A field carries the version of the commit that
wrote it, so two writers can tell whether they saw the same value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from fluxlit_component.codec import decode
from fluxlit_component.errors import CorruptValue

RESERVED: Final = "__fluxlit"
"""Keys that begin so are the package's own notes: they never come into session state."""
TASK: Final = f"{RESERVED}_task:"
"""Keys that begin so name the streams and jobs of a session."""


class Field(NamedTuple):
    """One key of a session: the version that wrote it and its encoded value.

    A tuple, since a load makes one for each key; `repr` shows no data.
    """

    version: int
    data: bytes | None
    """Encoded value, or None: a tombstone, the key was deleted at `version`."""

    def __repr__(self) -> str:
        return f"<Field of version {self.version}>"


@dataclass(frozen=True, repr=False)
class Record:
    """One session as the store holds it. Times are Unix seconds of the store's clock."""

    version: int
    created: float
    idle_expires: float | None
    """Moment after which the session is absent unless touched before; None: never."""
    expires: float | None
    """Moment after which the session is absent whatever happens; None: never."""
    schema: int
    fields: Mapping[str, Field]
    now: float = 0.0
    """What the store's clock said when it was read: differences to it are free of clock skew."""

    def note(self, key: str) -> Any:
        """What is noted under `key`; None: nothing, or nothing that can be read."""
        stored = self.fields.get(key)
        try:
            return decode(stored.data) if stored is not None and stored.data is not None else None
        except CorruptValue:
            return None


@dataclass(frozen=True, repr=False)
class Change:
    """What a writer wants done to one key."""

    data: bytes | None
    """New encoded value, or None to delete the key."""
    base: int = 0
    """Version of the key as the writer last knew it; 0: it knew none."""
    guarded: bool = False
    """Write only if the stored version is still `base` (a merge would be needed otherwise)."""


@dataclass(frozen=True, repr=False)
class Commit:
    """Changes to be written in one atomic step, and the lifetimes that hold from then on."""

    changes: Mapping[str, Change]
    idle_seconds: float | None = None
    """Idle lifetime, counted from this commit; None, zero, negative: no idle expiry."""
    max_age_seconds: float | None = None
    """Absolute lifetime, counted from the creation of the record and fixed by it; None: none."""
    schema: int = 0
    create: bool = False
    """Begin the record if it is absent. Never revives a destroyed or expired one."""
    begin: int = 1
    """The version of a record that this commit begins. Who begins one that the store has lost takes a
    number that nobody has seen there: what others know of the lost one must not pass for this one."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lives from a commit on, in seconds; None: without end."""

    idle_seconds: float | None = None
    max_age_seconds: float | None = None

    def commit(
        self, changes: Mapping[str, Change], *, schema: int = 0, create: bool = False, begin: int = 1
    ) -> Commit:
        """Changes to a session with these lifetimes."""
        return Commit(changes, self.idle_seconds, self.max_age_seconds, schema, create, begin)


Verdict: TypeAlias = Literal["committed", "absent", "expired", "destroyed"]


@dataclass(frozen=True, repr=False)
class Outcome:
    """What became of a commit. Anything but "committed" means that nothing was written."""

    verdict: Verdict
    version: int = 0
    """The record's version after the commit; every field written by it carries this version."""
    refused: Mapping[str, Field | None] = field(default_factory=dict)
    """Guarded changes that were not made, with what stands there instead (None: nothing)."""
    overwritten: frozenset[str] = frozenset()
    """Keys whose stored version was newer than the writer's base: last writer won."""
    idle_expires: float | None = None
    expires: float | None = None
    now: float = 0.0
