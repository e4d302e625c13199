"""What a store with records must do, as tests: subclass `VersionedStoreContract` and give it a store.

For authors of stores that implement `VersionedStore` themselves. The contract asks for everything that
`fluxlit_component.stores.base` promises, and for nothing else. This module tests what a random walk cannot
show: many threads at once, purges, and the absolute deadline.
"""

from __future__ import annotations

import pytest

from fluxlit_component.codec import decode
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.testing.commit_contract import CommitContract, committed, loaded
from fluxlit_component.testing.contract import Advance
from fluxlit_component.testing.race import race

_TOLERANCE = 0.01


class VersionedStoreContract(CommitContract):
    """The whole contract. Override `store`; and `advance`, if the store's clock can be turned."""

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

    def test_purge_nothing(self, store: VersionedStore, sid: str) -> None:
        """A purge drops neither what lives nor the marker of what was just destroyed."""
        committed(store, sid, {"a": 1})
        store.delete("destroyed")
        assert store.purge() == 0
        assert store.get(sid) == {"a": 1}
        assert committed(store, "destroyed", {"a": 1}).verdict == "destroyed"

    def test_purge_expired(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """A purge drops no more expired records than it may, and none that lives."""
        committed(store, sid, {"a": 1})
        for number in range(5):
            store.set(f"old {number}", {"a": number}, ttl_seconds=self.lifetime)
        advance(self.lifetime * 1.5)
        assert store.purge(limit=2) in range(3)  # a backend that expires by itself has nothing left to drop
        assert store.purge() in range(6)
        assert store.purge() == 0
        assert [store.get(f"old {number}") for number in range(5)] == [None] * 5
        assert store.get(sid) == {"a": 1}

    def test_commit_keeps_creation_time(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """Creation is the time of the first commit, not of the last."""
        first = committed(store, sid, {"a": 1})
        advance(self.lifetime)
        store.commit(sid, Commit({}))
        committed(store, sid, {"a": 2}, base=1)
        assert loaded(store, sid).created == pytest.approx(first.now, abs=_TOLERANCE)

    def test_close(self, store: VersionedStore, sid: str) -> None:
        """A store can be closed more than once."""
        committed(store, sid, {"a": 1})
        store.close()
        store.close()

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
        """Eight threads count in one key by guarded changes and retry refused ones. No count is lost."""
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
