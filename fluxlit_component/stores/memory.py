"""Sessions in the memory of this process: encoded bytes, bounded, the least recently used goes first.

For apps with one server process, and for tests. They end with the process and are not seen by
another one; for that there are SQLite, Redis and SQL.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

import msgpack
from cachetools import Cache, LRUCache

from fluxlit_component.clock import Clock, is_past, wall
from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores.inventory import Entry, StoreFacts
from fluxlit_component.stores.ledger import (
    Head,
    begun,
    checked_name,
    checked_prefix,
    ends,
    entry_of,
    head_of,
    is_free,
    marker,
    name_of,
    rule,
    state_of,
    touched,
    yields,
)
from fluxlit_component.stores.sweep import SWEEP_LIMIT, Sweep
from fluxlit_component.stores.values import fields_of, values_of

# One plain tuple per session: what the head says, and all fields packed into one bytes object. Nothing
# in it is shared with a caller, the garbage collector need not look at it (a hundred thousand sessions
# as objects cost it pauses of 200 ms), and dropping it frees two blocks of memory instead of dozens.
_Session: TypeAlias = tuple[int, float, float | None, float | None, int, float | None, bytes]


class InMemorySessionStore:
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

    bounded = True

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

    def get(self, session_id: str) -> dict[str, Any] | None:
        """Return a fresh copy of the stored dict, or None."""
        session = self._alive(name_of(session_id), self._clock())
        return None if session is None else values_of(_fields(session))

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        """Replace the whole dict."""
        name, fields = name_of(session_id), fields_of(data)
        with self._lock:
            now = self._clock()
            self._keep(
                name, begun(now, ttl_seconds=ttl_seconds, default=self._default_ttl_seconds), _pack(fields)
            )

    def delete(self, session_id: str) -> None:
        """Remove the session and leave a marker."""
        name = name_of(session_id)
        with self._lock:
            self._keep(name, marker(self._clock()), _pack({}))

    def load(self, session_id: str) -> Record | None:
        """Return the whole record, tombstones included."""
        now = self._clock()
        session = self._alive(name_of(session_id), now)
        return None if session is None else _record(session, now)

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        """Write all changes or none."""
        name = name_of(session_id)
        with self._lock:
            now = self._clock()
            session = self._sessions.get(name)
            head, stored = (_head(session), _fields(session)) if session is not None else (None, {})
            ruling = rule(head, stored, commit, now)
            if ruling.head is not None:
                fields = {**({} if ruling.begins else stored), **ruling.fields}
                limit = ruling.drop_tombstones_below
                if limit is not None:
                    fields = {k: f for k, f in fields.items() if f.data is not None or f.version >= limit}
                self._keep(name, ruling.head, _pack(fields))
            return ruling.outcome

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        """Move the idle deadline."""
        name = name_of(session_id)
        with self._lock:
            now = self._clock()
            session = self._alive(name, now)
            if session is not None:
                self._keep(name, touched(_head(session), now, idle_seconds), session[-1])
            return session is not None

    def copy(self, source: str, target: str) -> bool:
        """Give `target` a copy of `source`."""
        return self._copy(name_of(source), name_of(target)) is not None

    def rename(self, source: str, target: str) -> bool:
        """Copy, and destroy `source`."""
        name = name_of(source)
        with self._lock:
            now = self._copy(name, name_of(target))
            if now is not None:
                self._keep(name, marker(now), _pack({}))
            return now is not None

    def take(self, session_id: str) -> Record | None:
        """Return the record and destroy it."""
        name = name_of(session_id)
        with self._lock:
            now = self._clock()
            session = self._alive(name, now)
            if session is None:
                return None
            self._keep(name, marker(now), _pack({}))
        return _record(session, now)

    def purge(self, *, limit: int = 1000) -> int:
        """Drop up to `limit` expired records and outlived markers."""
        with self._lock:
            now = self._clock()
            # Cache.__getitem__: a look by the sweeper is no use by a visitor, the LRU order stays.
            held = ((name, _head(Cache.__getitem__(self._sessions, name))) for name in self._sessions)
            ended = list(islice((name for name, head in held if is_past(ends(head), now)), limit))
            for name in ended:
                del self._sessions[name]
            return len(ended)

    def close(self) -> None:
        """Do nothing: there is nothing to release, and the sessions live as long as the object."""

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        """Every session whose name begins with `prefix`, without its values."""
        checked_prefix(prefix)
        with self._lock:
            names = [name for name in self._sessions if name.startswith(prefix)]
        for name in names:
            with self._lock:  # a look by the operator is no use by a visitor either
                session = Cache.__getitem__(self._sessions, name) if name in self._sessions else None
            if session is None:
                continue
            sizes = [len(field.data) for field in _fields(session).values() if field.data is not None]
            entry = entry_of(name, _head(session), keys=len(sizes), size=sum(sizes), now=self._clock())
            if entry is not None:
                yield entry

    def estimate(self) -> int:
        """How many sessions there are, ended ones included."""
        return len(self._sessions)

    def peek(self, name: str) -> Record | None:
        """Return the record that has this name."""
        now = self._clock()
        session = self._alive(checked_name(name), now)
        return None if session is None else _record(session, now)

    def destroy(self, name: str) -> bool:
        """Remove the session that has this name and leave a marker."""
        with self._lock:
            now = self._clock()
            was_alive = self._alive(checked_name(name), now) is not None
            self._keep(name, marker(now), _pack({}))
            return was_alive

    def place(self, name: str, record: Record) -> bool:
        """Put a record of another store here as it is."""
        with self._lock:
            session = self._sessions.get(checked_name(name))
            standing = _head(session) if session is not None else None
            if not yields(standing, head_of(record), self._clock()):
                return False
            self._keep(name, head_of(record), _pack(record.fields))
            return True

    def describe(self) -> StoreFacts:
        """Say how full the memory is."""
        details = {"sessions": len(self._sessions), "max_entries": int(self._sessions.maxsize)}
        return StoreFacts("memory", "", self._clock(), details)

    def _alive(self, name: str, now: float) -> _Session | None:
        with self._lock:
            session = self._sessions.get(name)
        return session if session is not None and state_of(_head(session), now) == "alive" else None

    def _keep(self, name: str, head: Head, packed: bytes) -> None:
        now = self._clock()
        if self._sweep.begin(now):
            self._sweep.end(now, self.purge(limit=SWEEP_LIMIT))
        lifetimes = (head.created, head.idle_expires, head.expires)
        self._sessions[name] = (head.version, *lifetimes, head.schema, head.forget, packed)

    def _copy(self, source: str, target: str) -> float | None:
        """Return the moment of the copy, None if there was none."""
        with self._lock:
            now = self._clock()
            session = self._alive(source, now)
            standing = self._sessions.get(target)
            if session is None or not is_free(_head(standing) if standing is not None else None, now):
                return None
            self._keep(target, _head(session), session[-1])
            return now


def _head(session: _Session) -> Head:
    return Head(*session[:6])


def _pack(fields: Mapping[str, Field]) -> bytes:
    plain = {key: (field.version, field.data) for key, field in fields.items()}
    packed: bytes = msgpack.packb(plain, unicode_errors="surrogatepass")
    return packed


def _fields(session: _Session) -> dict[str, Field]:
    plain = msgpack.unpackb(session[-1], unicode_errors="surrogatepass")
    return {key: Field(version, data) for key, (version, data) in plain.items()}


def _record(session: _Session, now: float) -> Record:
    version, created, idle_expires, expires, schema, _, _ = session
    return Record(version, created, idle_expires, expires, schema, _fields(session), now)
