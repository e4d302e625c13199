"""What a store with records must do, as tests: subclass `VersionedStoreContract` and give it a store.

The contract asks for everything that `fluxlit_component.stores.base` promises, and for nothing else. Random
walks compare the store with the one in memory. What a walk cannot show has a test of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest

from fluxlit_component.codec import decode, encode
from fluxlit_component.state.record import Change, Commit, Field, Outcome, Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.testing.contract import Advance, SessionStoreContract, race

_SIDS: Final = ("one", "two", "three")
_SPANS: Final = (None, 0, -1, 1000, 5000)
"""Lifetimes in seconds that a walk gives to its sessions: three that mean "no end", and two that no walk
outlasts, however slow the store is. So a session ends during a walk only where the walk wants it."""
_TOLERANCE: Final = 0.01


def committed(
    store: VersionedStore,
    sid: str,
    values: Mapping[str, object],
    *,
    base: int = 0,
    guarded: bool = False,
    **options: Any,
) -> Outcome:
    """Commit values, all with the same base, in a record that may be new."""
    changes = {key: Change(encode(value), base, guarded) for key, value in values.items()}
    return store.commit(sid, Commit(changes, **{"idle_seconds": 3600, "create": True, **options}))


def loaded(store: VersionedStore, sid: str) -> Record:
    """The record of a session that has one."""
    record = store.load(sid)
    assert record is not None
    return record


def _timeless(answer: Any) -> Any:
    """An answer without what depends on a clock; deadlines are left, in thousands of seconds from now."""
    if isinstance(answer, Outcome) and answer.verdict != "committed":
        return answer.verdict
    if isinstance(answer, Outcome | Record):
        idle, end = (
            None if moment is None else round((moment - answer.now) / 1000)
            for moment in (answer.idle_expires, answer.expires)
        )
        answer = replace(answer, idle_expires=idle, expires=end, now=0)
    return replace(answer, created=0) if isinstance(answer, Record) else answer


class _Walk:
    """Random calls on three sessions, as from two tabs that do not always know the newest version."""

    def __init__(self, store: VersionedStore, seed: int) -> None:
        self.time = 1_800_000_000.0  # the time for the store in memory
        self._stores = store, InMemorySessionStore(clock=lambda: self.time)
        self._chance = Random(seed)
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
        assert _timeless(answer) == _timeless(expected), "\n".join(self._done)
        return answer

    def _commit(self, sid: str) -> Commit:
        chance, changes = self._chance, {}
        for key in chance.sample("abc", chance.randrange(4)):
            known = self._seen.get(sid, {}).get(key)
            data = encode(chance.randrange(9)) if chance.randrange(3) else None
            changes[key] = Change(data, known.version if known else 0, chance.random() < 1 / 3)
        idle, age, begin = chance.choice(_SPANS), chance.choice(_SPANS), chance.choice((1, 1, 2**41))
        schema = chance.choice((None, None, 0, 1, 2, 3))
        return Commit(changes, idle, age, schema, chance.random() < 2 / 3, begin)


class VersionedStoreContract(SessionStoreContract):
    """The whole contract. Override `store`; and `advance`, if the store's clock can be turned."""

    @pytest.mark.parametrize("seed", range(12))
    def test_a_walk(self, store: VersionedStore, advance: Advance, seed: int) -> None:
        """For calls in any order the store answers as the one in memory. One session expires midway."""
        walk = _Walk(store, seed)
        for _ in range(15):
            walk.step()
        walk.both("touch", _SIDS[seed % len(_SIDS)], idle_seconds=self.lifetime)
        walk.time += self.lifetime * 1.5
        advance(self.lifetime * 1.5)
        for _ in range(15):
            walk.step()

    def test_bytes_are_kept_as_they_are(self, store: VersionedStore, sid: str) -> None:
        """A loaded record holds the very bytes that were committed, and later commits do not change it."""
        data = bytes(range(256))
        store.commit(sid, Commit({"sealed": Change(data), "empty": Change(b"")}, create=True))
        record = loaded(store, sid)
        committed(store, sid, {"sealed": 1, "new": 2}, base=1)
        assert record.fields == {"sealed": Field(1, data), "empty": Field(1, b"")}

    def test_keys(self, store: VersionedStore, sid: str) -> None:
        """A key may be any Python string, lone surrogates included; a commit may name 2000 of them."""
        odd = ["", "\x00", "a\x00b", "\ud800", "\N{HEDGEHOG}", "k" * 1000]
        keys = [*odd, *(f"key {number}" for number in range(2000))]
        committed(store, sid, dict.fromkeys(keys, 1))
        assert committed(store, sid, dict.fromkeys(keys, 2)).overwritten == set(keys)
        assert store.get(sid) == dict.fromkeys(keys, 2)

    def test_absolute_deadline(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """The absolute deadline is fixed when the record is begun: no commit and no touch moves it."""
        first = committed(store, sid, {"a": 1}, max_age_seconds=self.lifetime)
        second = committed(store, sid, {"a": 2}, max_age_seconds=9999)
        assert first.expires == pytest.approx(first.now + self.lifetime, abs=_TOLERANCE)
        assert second.expires == pytest.approx(first.expires, abs=_TOLERANCE)
        assert store.touch(sid, idle_seconds=9999)
        advance(self.lifetime * 1.5)
        assert store.get(sid) is None
        assert not store.touch(sid, idle_seconds=9999)
        assert committed(store, sid, {"a": 3}).verdict == "expired"

    def test_commit_keeps_creation_time(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """Creation is the time of the first commit, not of the last."""
        first = committed(store, sid, {"a": 1})
        advance(self.lifetime)
        store.commit(sid, Commit({}))
        committed(store, sid, {"a": 2}, base=1)
        assert loaded(store, sid).created == pytest.approx(first.now, abs=_TOLERANCE)

    def test_purge(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """A purge drops as many expired records as it may. It spares what lives, and fresh markers."""
        committed(store, sid, {"a": 1})
        store.delete("destroyed")
        assert store.purge() == 0
        for number in range(5):
            store.set(f"old {number}", {"a": number}, ttl_seconds=self.lifetime)
        advance(self.lifetime * 1.5)
        assert store.purge(limit=2) in range(3)  # a backend that expires by itself has nothing left to drop
        assert store.purge() in range(6)
        assert store.purge() == 0
        assert [store.get(f"old {number}") for number in range(5)] == [None] * 5
        assert store.get(sid) == {"a": 1}
        assert committed(store, "destroyed", {"a": 1}).verdict == "destroyed"

    def test_close(self, store: VersionedStore, sid: str) -> None:
        """A store can be closed more than once."""
        committed(store, sid, {"a": 1})
        store.close()
        store.close()

    def test_writers_at_once(self, store: VersionedStore, sid: str) -> None:
        """Eight threads begin a record and change keys of their own: none is lost, no version given twice."""

        def tab(number: int) -> list[int]:
            turns = range(20)
            return [committed(store, sid, {f"{number}.{t}": t}, create=t == 0).version for t in turns]

        versions = [version for versions in race(8, tab) for version in versions]
        assert sorted(versions) == list(range(1, 161))
        assert store.get(sid) == {f"{number}.{turn}": turn for number in range(8) for turn in range(20)}

    def test_guarded_counter(self, store: VersionedStore, sid: str) -> None:
        """Eight threads count in one key by guarded changes and retry refused ones. No count is lost."""
        committed(store, sid, {"count": 0})

        def tab(_: int) -> None:
            for _turn in range(5):
                refused: object = True
                while refused:
                    field = loaded(store, sid).fields["count"]
                    values = {"count": decode(field.data or b"") + 1}
                    refused = committed(store, sid, values, base=field.version, guarded=True).refused

        race(8, tab)
        assert store.get(sid) == {"count": 40}

    def test_one_takes(self, store: VersionedStore, sid: str) -> None:
        """Of fifty threads that take a record one gets it."""
        committed(store, sid, {"a": 1})
        taken = race(50, lambda _: store.take(sid))
        assert sum(record is not None for record in taken) == 1

    def test_one_copies(self, store: VersionedStore) -> None:
        """Of eight threads that copy to one target one does, and the copy is whole."""
        for number in range(8):
            committed(store, f"source {number}", {"from": number, "same": number})
        won = race(8, lambda number: store.copy(f"source {number}", "target"))
        winner = won.index(True)
        assert won.count(True) == 1
        assert store.get("target") == {"from": winner, "same": winner}

    def test_one_renames(self, store: VersionedStore, sid: str) -> None:
        """Of eight threads that rename one record one does."""
        committed(store, sid, {"a": 1})
        won = race(8, lambda number: store.rename(sid, f"target {number}"))
        assert won.count(True) == 1
        assert [store.get(f"target {number}") is not None for number in range(8)] == won

    def test_destroyed_amid_commits(self, store: VersionedStore, sid: str) -> None:
        """However commits and a destruction interleave, the session is destroyed in the end."""
        committed(store, sid, {"a": 1})

        def runner(number: int) -> list[str]:
            if number == 0:
                store.delete(sid)
                return []
            return [committed(store, sid, {str(number): turn}).verdict for turn in range(20)]

        verdicts = race(8, runner)[1:]
        assert store.load(sid) is None
        for seen in verdicts:
            assert seen == sorted(seen)  # "committed" for a while, then "destroyed" for good
