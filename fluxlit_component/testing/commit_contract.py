"""The part of the store contract about commits: versions, guards, tombstones, writers at once.

Used through `VersionedStoreContract`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluxlit_component.codec import decode, encode
from fluxlit_component.state.record import Change, Commit, Field, Outcome, Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.testing.contract import Advance, SessionStoreContract
from fluxlit_component.testing.race import race

_KEYS = {
    "any": ["", "\x00", "a\x00b", "\ud800", "\N{HEDGEHOG}", "k" * 1000],
    "many": [f"key {number}" for number in range(2000)],
}


def committed(
    store: VersionedStore,
    sid: str,
    values: dict[str, object],
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


class CommitContract(SessionStoreContract):
    """Key by key, in one atomic step."""

    def test_first_commit(self, store: VersionedStore, sid: str) -> None:
        """A commit that may create begins the record with version 1; one that may not writes nothing."""
        assert committed(store, sid, {"a": 1}, create=False).verdict == "absent"
        assert store.load(sid) is None
        outcome = committed(store, sid, {"a": 1, "b": 2})
        record = loaded(store, sid)
        assert (outcome.verdict, outcome.version, record.version) == ("committed", 1, 1)
        assert record.fields == {"a": Field(1, encode(1)), "b": Field(1, encode(2))}

    def test_first_version(self, store: VersionedStore, sid: str) -> None:
        """A commit may say with which version a record begins; for one that stands that means nothing."""
        change = {"a": Change(b"1")}
        assert store.commit(sid, Commit(change, create=True, begin=2**41)).version == 2**41
        assert store.commit(sid, Commit(change, create=True, begin=2**40)).version == 2**41 + 1
        record = loaded(store, sid)
        assert (record.version, record.fields["a"].version) == (2**41 + 1, 2**41 + 1)

    def test_commit_leaves_other_keys(self, store: VersionedStore, sid: str) -> None:
        """Only the named keys change; every field carries the version that wrote it."""
        committed(store, sid, {"a": 1, "b": 2})
        outcome = committed(store, sid, {"b": 3, "c": 4}, base=1, create=False)
        record = loaded(store, sid)
        assert [outcome.version, record.version] == [2, 2]
        assert record.fields == {"a": Field(1, encode(1)), "b": Field(2, encode(3)), "c": Field(2, encode(4))}

    def test_bytes_are_kept_as_they_are(self, store: VersionedStore, sid: str) -> None:
        """A record holds the very bytes that were committed, whatever they are."""
        data = bytes(range(256))
        store.commit(sid, Commit({"sealed": Change(data), "empty": Change(b"")}, create=True))
        record = loaded(store, sid)
        assert record.fields == {"sealed": Field(1, data), "empty": Field(1, b"")}

    def test_schema_is_kept(self, store: VersionedStore, sid: str) -> None:
        """The record carries the schema number of its last commit."""
        for schema in (3, 4):
            store.commit(sid, Commit({"a": Change(encode(1))}, schema=schema, create=True))
            assert loaded(store, sid).schema == schema

    def test_tombstone(self, store: VersionedStore, sid: str) -> None:
        """A deleted key is gone from the values; a tombstone tells other writers when. It may come again."""
        committed(store, sid, {"a": 1, "b": 2})
        outcome = store.commit(sid, Commit({"a": Change(None, base=1)}))
        assert (outcome.verdict, outcome.version) == ("committed", 2)
        assert loaded(store, sid).fields == {"a": Field(2, None), "b": Field(1, encode(2))}
        assert store.get(sid) == {"b": 2}
        store.commit(sid, Commit({"b": Change(None, base=1)}))
        assert store.get(sid) == {}, "a session without keys is still there"
        committed(store, sid, {"a": 3}, base=2)
        assert store.get(sid) == {"a": 3}

    def test_overwritten(self, store: VersionedStore, sid: str) -> None:
        """A writer that did not know the newest value wins, and is told so; one that did is not."""
        committed(store, sid, {"a": 1, "b": 1})
        committed(store, sid, {"a": 2}, base=1)
        outcome = committed(store, sid, {"a": 3, "b": 3, "c": 3}, base=1)
        assert outcome.overwritten == {"a"}
        assert store.get(sid) == {"a": 3, "b": 3, "c": 3}

    def test_deletion_overwritten(self, store: VersionedStore, sid: str) -> None:
        """To write a key that was deleted meanwhile counts as overwriting, and so does the reverse."""
        committed(store, sid, {"a": 1, "b": 1})
        store.commit(sid, Commit({"a": Change(None, base=1), "b": Change(encode(2), base=1)}))
        outcome = store.commit(sid, Commit({"a": Change(encode(3), base=1), "b": Change(None, base=1)}))
        assert outcome.overwritten == {"a", "b"}
        assert store.get(sid) == {"a": 3}

    def test_guard_holds(self, store: VersionedStore, sid: str) -> None:
        """A guarded change is made if the key is as the writer knew it, an unknown one included."""
        assert committed(store, sid, {"a": 1}, base=0, guarded=True).refused == {}
        assert committed(store, sid, {"a": 2}, base=1, guarded=True).refused == {}
        assert store.get(sid) == {"a": 2}

    def test_guard_refuses(self, store: VersionedStore, sid: str) -> None:
        """A guarded change on an unknown version is left out and what stands there returned."""
        committed(store, sid, {"a": 1, "gone": 1})
        store.commit(sid, Commit({"a": Change(encode(2), base=1), "gone": Change(None, base=1)}))
        guarded = dict.fromkeys(("a", "gone", "never"), Change(encode(3), base=1, guarded=True))
        outcome = store.commit(sid, Commit({**guarded, "free": Change(encode(3))}))
        assert (outcome.verdict, outcome.version) == ("committed", 3)
        assert outcome.refused == {"a": Field(2, encode(2)), "gone": Field(2, None), "never": None}
        assert store.get(sid) == {"a": 2, "free": 3}

    def test_all_refused(self, store: VersionedStore, sid: str) -> None:
        """If every change was refused nothing is begun or written, and the version stays."""
        outcome = committed(store, sid, {"a": 2}, base=7, guarded=True)
        assert (outcome.verdict, outcome.version, outcome.refused) == ("committed", 0, {"a": None})
        assert store.load(sid) is None
        committed(store, sid, {"a": 1})
        before = loaded(store, sid)
        outcome = committed(store, sid, {"a": 2}, base=7, guarded=True, idle_seconds=9999)
        assert (outcome.verdict, outcome.version) == ("committed", 1)
        assert replace(loaded(store, sid), now=before.now) == before

    def test_empty_commit(self, store: VersionedStore, sid: str) -> None:
        """A commit without changes writes nothing, begins nothing and leaves the version."""
        assert committed(store, sid, {}).version == 0
        assert store.load(sid) is None
        committed(store, sid, {"a": 1})
        assert committed(store, sid, {}).version == 1

    def test_set_begins_anew(self, store: VersionedStore, sid: str) -> None:
        """`set` begins a record of version 1, without the fields and tombstones that were there."""
        committed(store, sid, {"a": 1, "b": 1})
        store.commit(sid, Commit({"b": Change(None, base=1)}))
        store.set(sid, {"c": 1})
        record = loaded(store, sid)
        assert (record.version, record.expires) == (1, None)
        assert record.fields == {"c": Field(1, encode(1))}

    def test_get_sees_commits(self, store: VersionedStore, sid: str) -> None:
        """`get`, `set` and `commit` work on the same record."""
        store.set(sid, {"a": 1})
        committed(store, sid, {"b": (2, {3})}, base=1)
        assert store.get(sid) == {"a": 1, "b": (2, {3})}

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

    def test_writers_at_once(self, store: VersionedStore, sid: str) -> None:
        """Eight threads that change keys of their own lose nothing, and no version is given twice."""
        committed(store, sid, {"begin": 0})

        def tab(number: int) -> list[int]:
            return [
                committed(store, sid, {f"{number}.{turn}": turn}, create=False).version for turn in range(20)
            ]

        versions = [version for versions in race(8, tab) for version in versions]
        assert sorted(versions) == list(range(2, 162))
        expected = {f"{number}.{turn}": turn for number in range(8) for turn in range(20)}
        assert store.get(sid) == {"begin": 0} | expected

    def test_guarded_counter(self, store: VersionedStore, sid: str) -> None:
        """Eight threads that count one key by guarded changes, again if refused, lose no count."""
        committed(store, sid, {"count": 0})

        def count_once() -> bool:
            field = loaded(store, sid).fields["count"]
            count = decode(field.data or b"")
            return not committed(store, sid, {"count": count + 1}, base=field.version, guarded=True).refused

        def tab(_: int) -> None:
            for _turn in range(5):
                while not count_once():
                    pass

        race(8, tab)
        assert store.get(sid) == {"count": 40}

    def test_one_begins(self, store: VersionedStore, sid: str) -> None:
        """Eight threads that begin one record lose nothing."""
        race(8, lambda number: committed(store, sid, {str(number): number}))
        assert store.get(sid) == {str(number): number for number in range(8)}
