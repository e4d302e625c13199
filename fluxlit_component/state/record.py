"""The records that a store keeps, and the commits and outcomes it exchanges with callers: pure data.

Versions count the commits of one record, from 1. A field carries the version of the commit that
wrote it, so two writers can tell whether they saw the same value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from fluxlit_component.codec import decode
from fluxlit_component.errors import CorruptValue

RESERVED: Final = "__fluxlit"  # prefix of the package's own notes, which never come into session state
TASK: Final = f"{RESERVED}_task:"  # prefix of the keys that name the streams and jobs of a session


class Field(NamedTuple):
    """One key of a session: the version that wrote it and its encoded value.

    A tuple for speed: a load makes one for each key. Its `repr` shows no data.
    """

    version: int
    data: bytes | None  # encoded value; None is a tombstone: the key was deleted at `version`

    def __repr__(self) -> str:
        return f"<Field of version {self.version}>"


@dataclass(repr=False)
class Record:
    """One session as the store holds it. Times are Unix seconds of the store's clock."""

    version: int
    created: float
    idle_expires: float | None  # moment after which the session is absent unless touched before; None: never
    expires: float | None  # moment after which the session is absent in any case; None: never
    schema: int
    fields: Mapping[str, Field]
    now: float = 0.0  # time of the store's clock at the reading; differences to it have no clock skew

    def data(self, key: str) -> bytes | None:
        """The encoded value under `key`; None: there is none, or it was deleted."""
        return self.fields[key].data if key in self.fields else None

    def note(self, key: str) -> Any:
        """The note under `key`; None: there is none, or it cannot be read."""
        try:
            return None if (data := self.data(key)) is None else decode(data)
        except CorruptValue:
            return None


@dataclass(repr=False)
class Change:
    """The change that a writer wants for one key."""

    data: bytes | None  # new encoded value, or None to delete the key
    base: int = 0  # version of the key that the writer last knew; 0: the writer knew none
    guarded: bool = False  # write only if the stored version is still `base`; else the values need a merge


@dataclass(repr=False)
class Commit:
    """Changes to be written in one atomic step, and the lifetimes that hold from then on."""

    changes: Mapping[str, Change]
    idle_seconds: float | None = None  # idle lifetime from this commit on; None, zero, negative: none
    max_age_seconds: float | None = None
    """Absolute lifetime, counted from the creation of the record and fixed at that moment; None: none."""
    schema: int | None = None
    """Schema number of the app's values. None: the commit has none of them, and the record's number stays."""
    create: bool = False  # create the record if it is absent; a destroyed or expired record is never revived
    begin: int = 1
    """The first version of a record that this commit creates. If the store has lost the record, the writer
    takes a number that no tab has seen: versions that tabs know of the lost record must not match."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lives from a commit on, in seconds; None: without end."""

    idle_seconds: float | None = None
    max_age_seconds: float | None = None

    def commit(
        self, changes: Mapping[str, Change], *, schema: int | None = None, create: bool = False
    ) -> Commit:
        """Changes to a session with these lifetimes."""
        return Commit(changes, self.idle_seconds, self.max_age_seconds, schema, create)


Verdict: TypeAlias = Literal["committed", "absent", "expired", "destroyed", "newer"]


@dataclass(repr=False)
class Outcome:
    """The result of a commit. Every verdict but "committed" means that nothing was written."""

    verdict: Verdict
    version: int = 0  # the record's version after the commit; every field written by it carries this version
    refused: Mapping[str, Field | None] = field(default_factory=dict)
    """Keys of the guarded changes that were not made -> the field that the store has (None: no field)."""
    overwritten: frozenset[str] = frozenset()  # keys whose stored version was newer than the base
    idle_expires: float | None = None
    expires: float | None = None
    now: float = 0.0
