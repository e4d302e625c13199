"""The part of the store contract about stored data: the store answers every call as its twin does.

The twin is the store in memory. A walk makes the same random calls to both and compares all their answers:
commits, guards, tombstones, moves of whole records, lifetimes. Used through `VersionedStoreContract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit, Field, Outcome, Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.testing.contract import Advance, SessionStoreContract
from fluxlit_component.testing.turnable import TurnableClock

_SIDS: Final = ("one", "two", "three")
_SPANS: Final = (None, 0, -1, 1000, 5000)
"""Lifetimes that are there, or far away, however slow the store is."""
_KEYS: Final = {
    "any": ["", "\x00", "a\x00b", "\ud800", "\N{HEDGEHOG}", "k" * 1000],
    "many": [f"key {number}" for number in range(2000)],
}


def committed(
    store: VersionedStore,
    sid: str,
    values: Mapping[str, object],
    *,
    base: int = 0,
    guarded: bool = False,
    create: bool = True,
    idle_seconds: float | None = 3600,
    max_age_seconds: float | None = None,
) -> Outcome:
    """Commit values, all with the same base."""
    changes = {key: Change(encode(value), base, guarded) for key, value in values.items()}
    return store.commit(sid, Commit(changes, idle_seconds, max_age_seconds, 0, create))


def loaded(store: VersionedStore, sid: str) -> Record:
    """The record of a session that has one."""
    record = store.load(sid)
    assert record is not None
    return record


def not_there(store: VersionedStore, advance: Advance, lifetime: float) -> tuple[str, str, str]:
    """Ids of sessions that are not there: one absent, one expired, one destroyed before it began."""
    committed(store, "expired", {"a": 1}, idle_seconds=lifetime)
    advance(lifetime * 1.5)
    store.delete("destroyed")
    return "absent", "expired", "destroyed"


def _left(moment: float | None, now: float) -> int | None:
    return None if moment is None else round((moment - now) / 1000)


def _plain(answer: Any) -> Any:
    """The part of an answer that depends on no clock; deadlines are rounded to thousands of seconds."""
    if isinstance(answer, Outcome):
        if answer.verdict != "committed":
            return answer.verdict
        ends = _left(answer.idle_expires, answer.now), _left(answer.expires, answer.now)
        return answer.version, dict(answer.refused), answer.overwritten, ends
    if isinstance(answer, Record):
        ends = _left(answer.idle_expires, answer.now), _left(answer.expires, answer.now)
        return answer.version, answer.schema, dict(answer.fields), ends
    return answer


class _Walk:
    """Random calls on three sessions, as from two tabs that do not always know the newest version."""

    def __init__(self, store: VersionedStore, twin: VersionedStore, chance: Random) -> None:
        self._stores = store, twin
        self._chance = chance
        self._done: list[str] = []
        self._seen: dict[str, Mapping[str, Field]] = {}

    def step(self) -> None:
        """Make one call, then compare the records of both stores."""
        chance, sid, other = self._chance, self._chance.choice(_SIDS), self._chance.choice(_SIDS)
        kind = chance.choice(["commit"] * 5 + ["set", "delete", "touch", "copy", "rename", "take", "load"])
        if kind == "commit":
            self.both(kind, sid, self._commit(sid))
        elif kind == "set":
            self.both(kind, sid, {"a": chance.randrange(9)}, ttl_seconds=chance.choice(_SPANS[1:]))
        elif kind == "touch":
            self.both(kind, sid, idle_seconds=chance.choice(_SPANS))
        elif kind in {"copy", "rename"}:
            self.both(kind, sid, other)
        else:
            answer = self.both(kind, sid)
            self._seen[sid] = answer.fields if isinstance(answer, Record) else {}
        for name in (sid, other):
            self.both("load", name)
            self.both("get", name)

    def both(self, method: str, *args: object, **options: object) -> object:
        """Call a method of both stores; fail with the walk so far unless they answer alike."""
        told = [vars(arg) if isinstance(arg, Commit) else arg for arg in args]
        self._done.append(f"{method} {told} {options}")
        answer, expected = (getattr(store, method)(*args, **options) for store in self._stores)
        assert _plain(answer) == _plain(expected), "\n".join(self._done)
        return answer

    def _commit(self, sid: str) -> Commit:
        changes = {}
        for key in self._chance.sample("abc", self._chance.randrange(4)):
            known = self._seen.get(sid, {}).get(key)
            data = encode(self._chance.randrange(9)) if self._chance.randrange(3) else None
            changes[key] = Change(
                data, known.version if known else 0, self._chance.choice((True, False, False))
            )
        idle, age = self._chance.choice(_SPANS), self._chance.choice(_SPANS)
        create, begin = self._chance.choice((True, True, False)), self._chance.choice((1, 1, 2**41))
        return Commit(changes, idle, age, self._chance.randrange(4), create, begin)


class CommitContract(SessionStoreContract):
    """Commits of single keys in one atomic step, and moves of whole records."""

    @pytest.mark.parametrize("seed", range(12))
    def test_a_walk(self, store: VersionedStore, advance: Advance, seed: int) -> None:
        """For calls in any order the store answers as the one in memory. One session expires midway."""
        clock = TurnableClock()
        walk = _Walk(store, InMemorySessionStore(clock=clock), Random(seed))
        for _ in range(15):
            walk.step()
        sid = _SIDS[seed % len(_SIDS)]
        walk.both("touch", sid, idle_seconds=self.lifetime)
        for pass_time in (advance, clock.advance):
            pass_time(self.lifetime * 1.5)
        for _ in range(15):
            walk.step()

    def test_bytes_are_kept_as_they_are(self, store: VersionedStore, sid: str) -> None:
        """A record holds the very bytes that were committed, whatever they are."""
        data = bytes(range(256))
        store.commit(sid, Commit({"sealed": Change(data), "empty": Change(b"")}, create=True))
        assert loaded(store, sid).fields == {"sealed": Field(1, data), "empty": Field(1, b"")}

    def test_record_is_not_aliased(self, store: VersionedStore, sid: str) -> None:
        """A loaded record does not change with later commits."""
        committed(store, sid, {"a": 1})
        record = loaded(store, sid)
        committed(store, sid, {"a": 2, "b": 2}, base=1)
        assert record.fields == {"a": Field(1, encode(1))}

    @pytest.mark.parametrize("keys", _KEYS.values(), ids=_KEYS.keys())
    def test_keys(self, store: VersionedStore, sid: str, keys: list[str]) -> None:
        """A key may be any Python string, lone surrogates included; a commit may name 2000 of them."""
        committed(store, sid, dict.fromkeys(keys, 1))
        assert committed(store, sid, dict.fromkeys(keys, 2), base=0).overwritten == set(keys)
        assert store.get(sid) == dict.fromkeys(keys, 2)
