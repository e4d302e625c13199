"""What the tools of the operator ask of a store, in words. An app works without it, and does not load it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from fluxlit_component.state.record import Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.ledger import MARKER_SECONDS, Head, state_of

Standing: TypeAlias = Literal["alive", "expired", "destroyed"]


@dataclass(frozen=True)
class Entry:
    """One session in a listing. Times are Unix seconds of the store's clock."""

    name: str  # 64 hex characters that `identifier.stored_key` makes of the id
    standing: Standing  # whether it has ended; an ended session is listed until the store drops it
    version: int
    created: float  # when the session began, or was destroyed if it is destroyed
    idle_expires: float | None
    expires: float | None
    schema: int
    keys: int  # how many keys it holds; deleted ones do not count
    size: int  # bytes of all values together
    now: float  # the time of the store's clock; differences between it and the other times have no clock skew


@dataclass(frozen=True)
class StoreFacts:
    """Facts that a backend tells about itself."""

    engine: str  # its name: ``"SQLite"``, ``"Redis"``, ``"PostgreSQL"``, ``"memory"``
    version: str
    now: float  # its clock, in Unix seconds
    details: Mapping[str, str | int] = field(default_factory=dict)
    """Other facts that matter to the operator. Only Redis has some."""


class BrowsableStore(Protocol):
    """A store that its operator, who knows no id, can look through.

    The methods here take a `name`: the 64 hex characters that `identifier.stored_key` makes of an id.
    A name is no id, and no method of `VersionedStore` accepts it as one. `ConfigurationError`: a bad name.
    """

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        """Every session whose name begins with `prefix`, once each, in any order, without its values.

        Sessions that have ended but were not dropped yet are included. The iteration does not lock the
        store, so sessions that begin or end meanwhile may be included or not.
        """

    def peek(self, name: str) -> Record | None:
        """Like `VersionedStore.load`."""

    def destroy(self, name: str) -> bool:
        """Like `VersionedStore.delete`, marker included. True if the session was alive."""

    def place(self, name: str, record: Record) -> bool:
        """Put a record of another store here as it is: fields, versions, creation time, deadlines.

        Atomic. Does nothing and returns False if a session is alive there, if the marker of a destroyed one
        is there, or if `record` has ended.
        """

    def describe(self) -> StoreFacts:
        """Ask the backend how it is set up."""


class BuiltInStore(VersionedStore, BrowsableStore, Protocol):
    """What every store that is opened by a URL can do."""


def entry_of(name: str, head: Head, *, keys: int, size: int, now: float) -> Entry | None:
    """One session of a listing; None for a session that counts as absent."""
    state = state_of(head, now)
    if state == "absent":
        return None
    created = head.created if head.forget is None else head.forget - MARKER_SECONDS
    return Entry(name, state, head.version, created, *head[2:5], keys, size, now)
