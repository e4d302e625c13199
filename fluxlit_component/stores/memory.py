"""Sessions in the memory of this process, as encoded bytes. If it is full, the least recently used one goes.

For apps with one server process, and for tests. No other process sees the sessions; they end with this one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from heapq import nsmallest
from itertools import islice
from typing import Any, TypeAlias, TypeVar

import msgpack
from cachetools import Cache, LRUCache

from fluxlit_component.arguments import of_type
from fluxlit_component.clock import Clock, is_past, wall
from fluxlit_component.state.record import Field
from fluxlit_component.stores import ledger
from fluxlit_component.stores.browse import StoreFacts
from fluxlit_component.stores.ledger import PAGE, Head, Place
from fluxlit_component.stores.transactional import Transaction, TransactionalStore

T = TypeVar("T")

# One plain tuple per session: the values of the head, and all fields packed into one bytes object. Callers
# share nothing with it. The garbage collector need not look at it (a hundred thousand sessions as objects
# cause pauses of 200 ms). Dropping the tuple frees two blocks of memory instead of dozens.
_Session: TypeAlias = tuple[int, float, float | None, float | None, int, float | None, bytes]


class InMemorySessionStore(TransactionalStore):
    """A `VersionedStore` in this process.

    The eviction order is that of an `LRUCache`. A `TLRUCache` would also drop expired sessions, but all
    of them at once in the next write. Here one sweep drops a bounded number. The expiry rules are those of
    `ledger`, as in the other stores. `max_entries`: how many sessions it holds, markers of destroyed ones
    included. `default_ttl_seconds`: lifetime of what `set` writes; None: no end. `clock`: returns the time.
    """

    kind = "Memory"

    def __init__(
        self, *, max_entries: int = 5000, default_ttl_seconds: float | None = 86_400.0, clock: Clock = wall
    ) -> None:
        of_type(int, "a number of sessions", max_entries=max_entries)
        super().__init__(default_ttl_seconds, clock)
        self._clock = clock
        self._lock = threading.RLock()
        self._sessions: LRUCache[str, _Session] = LRUCache(max(1, max_entries))

    def close(self) -> None:
        """Do nothing. There is nothing to release, and the sessions live as long as this object."""

    def describe(self) -> StoreFacts:
        """Say whose clock it is."""
        return StoreFacts("memory", "", self._clock())

    def _write(self, work: Callable[[Transaction], T]) -> T:
        with self._lock:
            return work(_Transaction(self._sessions, self._clock))


class _Transaction:
    """A `Transaction` while the lock is held. `Place.row` holds the packed fields."""

    def __init__(self, sessions: LRUCache[str, _Session], clock: Clock) -> None:
        self._sessions = sessions
        self.now = clock

    def find(self, name: str, keys: Collection[str] | None = (), **_: bool) -> Place:
        session = self._sessions.get(name)
        if session is None:
            return Place(name, None, None, self.now())
        fields = {} if keys is not None and not keys else _unpack(session[-1])
        return Place(name, session[-1], Head(*session[:6]), self.now(), fields)

    def begin(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        self._sessions[place.name] = (*head, _pack(fields))

    def move(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        # With fields to write, `find` has read all stored ones, since they are packed together.
        self._sessions[place.name] = (*head, _pack({**place.fields, **fields}) if fields else place.row)

    def drop_tombstones(self, place: Place, below: int) -> None:
        session = self._sessions[place.name]
        kept = {k: f for k, f in _unpack(session[-1]).items() if f.data is not None or f.version >= below}
        self._sessions[place.name] = (*session[:6], _pack(kept))

    def drop_ended(self, limit: int) -> int:
        now = self.now()
        ended = (name for name in self._sessions if is_past(ledger.ends(self._head(name)), now))
        names = list(islice(ended, limit))
        for name in names:
            del self._sessions[name]
        return len(names)

    def page(self, prefix: str, after: str) -> list[Any]:
        there = (name for name in self._sessions if name.startswith(prefix) and name > after)
        return [(name, *self._head(name), *self._extent(name)) for name in nsmallest(PAGE, there)]

    def _head(self, name: str) -> Head:
        # Bypasses the LRU order: a look by the operator or the sweep does not count as use by a visitor.
        return Head(*Cache.__getitem__(self._sessions, name)[:6])

    def _extent(self, name: str) -> tuple[int, int]:
        fields = _unpack(Cache.__getitem__(self._sessions, name)[-1])
        sizes = [len(field.data) for field in fields.values() if field.data is not None]
        return len(sizes), sum(sizes)


def _pack(fields: Mapping[str, Field]) -> bytes:
    return bytes(msgpack.packb(dict(fields), unicode_errors="surrogatepass"))


def _unpack(packed: bytes) -> dict[str, Field]:
    plain = msgpack.unpackb(packed, unicode_errors="surrogatepass")
    return {key: Field(*parts) for key, parts in plain.items()}
