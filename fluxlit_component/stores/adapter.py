"""Any three-method store as a versioned one, with "last writer wins" for the whole session.

For stores of an app's own. The adapter reads the whole dict, changes it and writes it back. It cannot know
what others wrote in between. An app that needs more takes a store that keeps versions itself.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from fluxlit_component.clock import Clock, is_past, wall
from fluxlit_component.codec import encode
from fluxlit_component.errors import FluxlitError, StoreUnavailable, UnstorableValue
from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores import values
from fluxlit_component.stores.base import SessionStore
from fluxlit_component.stores.ledger import Head, Place, name_of, rule

T = TypeVar("T")

_VERSION: Final = 1
_LOCKS: Final = 64


class AdapterStore:
    """A `VersionedStore` over `inner`. The inner store keeps plain dicts, which other programs can read.

    * The inner store gets the session id as it is. How the id is kept is up to that store.
    * Writers that use this object wait for each other. So tabs of one process that change different keys
      lose nothing, and only one of several `take`, `copy` or `rename` calls succeeds. Between processes the
      last writer of the whole session wins, and two processes may both succeed with a `take`.
    * Records and fields always have version 1. A guarded change is refused only if its key is stored and
      the writer knew of none, or the other way round. `overwritten` is always empty; there are no tombstones.
    * There are no markers: for an absent session a `commit` without `create` answers "destroyed".
    * The inner store keeps the idle deadline. `load` does not know it, so `idle_expires` is None. A
      copy gets the inner store's default lifetime until its next commit or touch.
    * Absolute deadline and schema number, if there are any, are kept as ``"__fluxlit__"`` beside the values.
    """

    def __init__(self, inner: SessionStore, *, clock: Clock = wall) -> None:
        self._inner = inner
        self.kind = type(inner).__name__
        self._clock = clock
        self._locks = tuple(threading.RLock() for _ in range(_LOCKS))

    def get(self, session_id: str) -> dict[str, Any] | None:
        return values.values_of(self.load(session_id))

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        packed = {_checked_key(key): values.pack(value) for key, value in data.items()}
        with self._locked(session_id):
            self._write(session_id, packed, ttl_seconds)

    def delete(self, session_id: str) -> None:
        with self._locked(session_id):
            self._call(lambda: self._inner.delete(session_id))

    def load(self, session_id: str) -> Record | None:
        now = self._clock()
        found = self._alive(session_id, now)
        return None if found is None else _record(found, now)

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        with self._locked(session_id):
            now, found = self._clock(), self._read(session_id)
            kept = found or {}
            keys = [key for key in map(_checked_key, commit.changes) if key in kept]
            there = {key: field for key in keys if (field := _field(key, kept[key])) is not None}
            head = None if found is None else _head(found, now)
            outcome, head, written = rule(Place("", None, head, now, there), commit)
            if head is None:
                return replace(outcome, verdict="destroyed") if outcome.verdict == "absent" else outcome
            kept = {k: v for k, v in kept.items() if k not in written or written[k].data is not None}
            kept |= {k: values.repack(f.data) for k, f in written.items() if f.data is not None}
            kept |= _beside(head)
            self._write(session_id, kept, _seconds_left(commit.idle_seconds, head.expires, now))
            return replace(outcome, version=_VERSION, overwritten=frozenset())

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        with self._locked(session_id):
            now = self._clock()
            found = self._alive(session_id, now)
            if found is not None:
                self._write(session_id, found, _seconds_left(idle_seconds, _head(found, now).expires, now))
            return found is not None

    def copy(self, source: str, target: str) -> bool:
        with self._locked(source, target):
            found = self._alive(source, self._clock())
            if found is None or self._alive(target, self._clock()) is not None:
                return False
            self._write(target, found, None)
            return True

    def rename(self, source: str, target: str) -> bool:
        with self._locked(source, target):
            if not self.copy(source, target):
                return False
            self._call(lambda: self._inner.delete(source))
            return True

    def take(self, session_id: str) -> Record | None:
        with self._locked(session_id):
            record = self.load(session_id)
            if record is not None:
                self._call(lambda: self._inner.delete(session_id))
            return record

    def purge(self, *, limit: int = 1000) -> int:  # noqa: ARG002 - a part of the protocol
        return 0  # the inner store drops what has expired

    def close(self) -> None:
        pass  # whoever made the inner store closes it

    def _alive(self, session_id: str, now: float) -> dict[str, Any] | None:
        found = self._read(session_id)
        return None if found is None or is_past(_head(found, now).expires, now) else found

    def _read(self, session_id: str) -> dict[str, Any] | None:
        name_of(session_id)  # refuses an empty id
        found: object = self._call(lambda: self._inner.get(session_id))
        if found is None:
            return None
        if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
            # The answer is not "absent": the next commit would overwrite what another program keeps there.
            kind = type(found).__name__
            raise StoreUnavailable(f"the store {self.kind}.get() returned {kind}, not a dict of string keys")
        return dict(found)

    def _write(self, session_id: str, packed: dict[str, Any], ttl_seconds: float | None) -> None:
        self._call(lambda: self._inner.set(session_id, packed, ttl_seconds=ttl_seconds))

    def _call(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except FluxlitError:
            raise
        except Exception as error:
            # The message leaves out the text of the error, which may quote the id.
            kind = type(error).__name__
            raise StoreUnavailable(f"the store {self.kind} gave no answer ({kind})") from error

    @contextlib.contextmanager
    def _locked(self, *session_ids: str) -> Iterator[None]:
        """Hold the locks of these sessions. All callers use one order, so two renames cannot deadlock."""
        with contextlib.ExitStack() as held:
            for place in sorted({hash(name_of(session_id)) % _LOCKS for session_id in session_ids}):
                held.enter_context(self._locks[place])
            yield


def _checked_key(key: object) -> str:
    if key == values.PACKED:
        raise UnstorableValue("str", f"the session key {values.PACKED!r} is taken, choose another")
    return values.checked_key(key)


def _head(found: Mapping[str, Any], now: float) -> Head:
    """The head of a session, from what is kept beside the values. That may be another program's."""
    kept = found.get(values.PACKED)
    known = {k: v for k, v in kept.items() if isinstance(v, int | float)} if isinstance(kept, dict) else {}
    return Head(_VERSION, known.get("created", now), None, known.get("expires"), int(known.get("schema", 0)))


def _beside(head: Head) -> dict[str, dict[str, float]]:
    """What is kept of a head beside the values, if anything. A record without a number counts as 1."""
    kept = {} if head.expires is None else {"created": head.created, "expires": head.expires}
    kept |= {"schema": head.schema} if head.schema > 1 else {}
    return {values.PACKED: kept} if kept else {}


def _seconds_left(idle_seconds: float | None, expires: float | None, now: float) -> float:
    """The lifetime for the inner store. To that store zero means no end, and None means its default."""
    spans = [idle_seconds] if idle_seconds is not None and idle_seconds > 0 else []
    if expires is not None:
        spans.append(expires - now)
    return min(spans, default=0.0)


def _record(found: Mapping[str, Any], now: float) -> Record:
    read = ((key, _field(key, kept)) for key, kept in found.items() if key != values.PACKED)
    fields = {key: field for key, field in read if field is not None}
    return Record(*_head(found, now)[:5], fields, now)


def _field(key: str, kept: object) -> Field | None:
    try:
        data = values.packed_bytes(kept)
        return Field(_VERSION, encode(kept) if data is None else data)
    except UnstorableValue as error:  # another program stored this value, so it is left there
        values.warn_dropped(key, error)
        return None
