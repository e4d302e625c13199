"""What a store with records must do, as tests: subclass `VersionedStoreContract` and give it a store.

For authors of stores that implement `VersionedStore` themselves. It asks for everything that
`fluxlit_component.stores.base` promises, and for nothing else. What a walk cannot show stands here: purges,
and the lifetime that nothing moves.
"""

from __future__ import annotations

import pytest

from fluxlit_component.state.record import Commit
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.testing.commit_contract import CommitContract, committed, loaded
from fluxlit_component.testing.contract import Advance, SessionStoreContract
from fluxlit_component.testing.race_contract import RaceContract

_TOLERANCE = 0.01


class LifetimeContract(SessionStoreContract):
    """Expired means absent, destroyed means destroyed."""

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


class VersionedStoreContract(CommitContract, RaceContract, LifetimeContract):
    """The whole contract. Override `store`; and `advance`, if the store's clock can be turned."""
