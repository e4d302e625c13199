"""Sessions in the memory of this process: encoded bytes, bounded, the least recently used goes first.

For apps with one server process, and for tests. They end with the process and are not seen by
another one; for that there are SQLite, Redis and SQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeAlias, TypeVar

import msgpack
from cachetools import Cache, LRUCache

from fluxlit_component.clock import Clock, is_past, wall
from fluxlit_component.state.record import Commit, Field, Record
from fluxlit_component.stores import ledger
from fluxlit_component.stores.inventory import Entry, StoreFacts
from fluxlit_component.stores.ledger import Head, Place
from fluxlit_component.stores.sweep import SWEEP_LIMIT, Sweep
from fluxlit_component.stores.transactional import Transaction, TransactionalStore

T = TypeVar("T")

# One plain tuple per session: what the head says, and all fields packed into one bytes object. Nothing
# in it is shared with a caller, the garbage collector need not look at it (a hundred thousand sessions
# as objects cost it pauses of 200 ms), and dropping it frees two blocks of memory instead of dozens.
_Session: TypeAlias = tuple[int, float, float | None, float | None, int, float | None, bytes]


class InMemorySessionStore(TransactionalStore):
    """A `VersionedStore` in this process.

    The eviction order is that of an `LRUCache`. A `TLRUCache` would also drop what has expired, but
    all of it at once in whichever write comes next; here that is bounded, and the expiry rules are
    the ledger's, the same as in the other stores. Markers of destroyed sessions count as entries.

    Examples:
        ```python
        from fluxlit_component import InMemorySessionStore

        store = InMemorySessionStore(max_entries=1000, default_ttl_seconds=3600)
        store.set("id", {"step": 1})
        assert store.get("id") == {"step": 1}
        ```
    """

    def __init__(
        self,
        *,
        max_entries: int = 5000,
        default_ttl_seconds: float | None = 86_400.0,
        clock: Clock = wall,
    ) -> None:
        self._default_ttl_seconds = default_ttl_seconds
        self._clock = clock
        self._lock = threading.RLock()
        self._sessions: LRUCache[str, _Session] = LRUCache(max(1, max_entries))
        self._sweep = Sweep(clock())

    def close(self) -> None:
        """Do nothing: there is nothing to release, and the sessions live as long as the object."""

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        """Every session whose name begins with `prefix`, without its values."""
        ledger.checked_prefix(prefix)
        with self._lock:
            names = [name for name in self._sessions if name.startswith(prefix)]
        for name in names:
            with self._lock:  # a look by the operator is no use by a visitor: the LRU order stays
                session = Cache.__getitem__(self._sessions, name) if name in self._sessions else None
            if session is None:
                continue
            sizes = [len(field.data) for field in _unpack(session[-1]).values() if field.data is not None]
            head, now = Head(*session[:6]), self._clock()
            entry = ledger.entry_of(name, head, keys=len(sizes), size=sum(sizes), now=now)
            if entry is not None:
                yield entry

    def estimate(self) -> int:
        """How many sessions there are, ended ones included."""
        return len(self._sessions)

    def describe(self) -> StoreFacts:
        """Say how full the memory is."""
        details = {"sessions": len(self._sessions), "max_entries": int(self._sessions.maxsize)}
        return StoreFacts("memory", "", self._clock(), details)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        with self._lock:
            return work(_Transaction(self._sessions, self._clock))

    def _tidy(self) -> None:
        now = self._clock()
        if self._sweep.begin(now):
            self._sweep.end(now, self.purge(limit=SWEEP_LIMIT))


class _Transaction:
    """A `Transaction` while the lock is held. The row of a place is what the fields are packed into."""

    def __init__(self, sessions: LRUCache[str, _Session], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._stored: dict[str, Field] = {}
        """What a commit has found, and writes its own over: not to be unpacked twice."""

    def load(self, name: str) -> Record | None:
        place = self.seat(name)
        return None if place.living is None else ledger.record_of(place.living, self.fields(place), place.now)

    def find(self, name: str) -> Place | None:
        return self.seat(name) if name in self._sessions else None

    def seat(self, name: str) -> Place:
        session = self._sessions.get(name)
        packed, head = (_NOTHING, None) if session is None else (session[-1], Head(*session[:6]))
        return Place(name, packed, head, self._clock())

    def find_for(self, name: str, _: Commit) -> tuple[Place, dict[str, Field]]:
        place = self.seat(name)
        self._stored = self.fields(place)
        return place, self._stored

    def fields(self, place: Place) -> dict[str, Field]:
        return _unpack(place.row)

    def begin(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        self._sessions[place.name] = (*head, _pack(fields))

    def move(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        self._sessions[place.name] = (*head, _pack({**self._stored, **fields}) if fields else place.row)

    def copy(self, source: Place, head: Head, target: Place) -> None:
        self._sessions[target.name] = (*head, source.row)

    def drop_tombstones(self, place: Place, below: int) -> None:
        session = self._sessions[place.name]
        kept = {k: f for k, f in _unpack(session[-1]).items() if f.data is not None or f.version >= below}
        self._sessions[place.name] = (*session[:6], _pack(kept))

    def drop_ended(self, limit: int) -> int:
        now = self._clock()
        # Cache.__getitem__: a look by the sweeper is no use by a visitor either.
        held = ((name, Cache.__getitem__(self._sessions, name)) for name in self._sessions)
        over = (name for name, session in held if is_past(ledger.ends(Head(*session[:6])), now))
        ended = list(islice(over, limit))
        for name in ended:
            del self._sessions[name]
        return len(ended)


def _pack(fields: Mapping[str, Field]) -> bytes:
    plain = {key: (field.version, field.data) for key, field in fields.items()}
    packed: bytes = msgpack.packb(plain, unicode_errors="surrogatepass")
    return packed


def _unpack(packed: bytes) -> dict[str, Field]:
    plain = msgpack.unpackb(packed, unicode_errors="surrogatepass")
    return {key: Field(version, data) for key, (version, data) in plain.items()}


_NOTHING: Final = _pack({})
