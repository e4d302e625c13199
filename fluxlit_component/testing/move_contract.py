"""The part of the store contract about whole records: copy, rename, take.

Used through `VersionedStoreContract`.
"""

from __future__ import annotations

from dataclasses import replace

from fluxlit_component.state.record import Change, Commit, Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.testing.commit_contract import committed, loaded, not_there
from fluxlit_component.testing.contract import Advance, SessionStoreContract
from fluxlit_component.testing.race import race


def _begin(store: VersionedStore, sid: str) -> Record:
    """A record with several versions, a tombstone and both deadlines."""
    committed(store, sid, {"a": 1, "b": 1, "c": 1}, max_age_seconds=7200)
    store.commit(
        sid, Commit({"a": Change(b"2", base=1), "b": Change(None, base=1)}, idle_seconds=3600, schema=5)
    )
    return loaded(store, sid)


def _same(record: Record | None, other: Record) -> bool:
    return record is not None and replace(record, now=other.now) == other


class MoveContract(SessionStoreContract):
    """All in one atomic step, with a single winner."""

    def test_copy(self, store: VersionedStore, sid: str) -> None:
        """A copy has the fields, versions, tombstones, creation time and deadlines of its source."""
        original = _begin(store, sid)
        assert store.copy(sid, "copy")
        assert _same(store.load("copy"), original)
        assert _same(store.load(sid), original)

    def test_copies_are_apart(self, store: VersionedStore, sid: str) -> None:
        """What is written to a copy is not seen in its source, and the other way round."""
        committed(store, sid, {"a": 1})
        store.copy(sid, "copy")
        committed(store, "copy", {"a": 2}, base=1)
        committed(store, sid, {"b": 3})
        store.delete(sid)
        assert (store.get(sid), store.get("copy")) == (None, {"a": 2})

    def test_nothing_to_move(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """What is absent, expired or destroyed cannot be copied, renamed or taken, and stays as it was."""
        for name in not_there(store, advance, self.lifetime):
            assert not store.copy(name, sid)
            assert not store.rename(name, sid)
            assert store.take(name) is None
        assert store.load(sid) is None
        for name, verdict in ((sid, "committed"), ("absent", "committed"), ("expired", "expired")):
            assert committed(store, name, {"a": 1}).verdict == verdict

    def test_copy_onto_something(self, store: VersionedStore, sid: str) -> None:
        """Nothing is done if anything stands under the target, a marker of destruction included."""
        committed(store, sid, {"a": 1})
        committed(store, "taken", {"a": 2})
        store.delete("destroyed")
        for target in ("taken", "destroyed", sid):
            assert not store.copy(sid, target)
            assert not store.rename(sid, target)
        assert (store.get(sid), store.get("taken"), store.get("destroyed")) == ({"a": 1}, {"a": 2}, None)

    def test_copy_onto_expired(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """An expired target is no target, and nothing of it is left in the copy."""
        committed(store, sid, {"a": 1})
        committed(store, "old", {"b": 2}, idle_seconds=self.lifetime)
        advance(self.lifetime * 1.5)
        assert store.copy(sid, "old")
        assert store.get("old") == {"a": 1}

    def test_rename(self, store: VersionedStore, sid: str) -> None:
        """A renamed record is the same under its new name; the old name is destroyed."""
        original = _begin(store, sid)
        assert store.rename(sid, "renamed")
        assert _same(store.load("renamed"), original)
        assert store.load(sid) is None
        assert committed(store, sid, {"a": 9}).verdict == "destroyed"

    def test_take(self, store: VersionedStore, sid: str) -> None:
        """Who takes a record has it, and it is destroyed."""
        original = _begin(store, sid)
        assert _same(store.take(sid), original)
        assert store.take(sid) is None
        assert store.get(sid) is None
        assert committed(store, sid, {"a": 9}).verdict == "destroyed"

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
