"""What a store with records must do, as tests: subclass `VersionedStoreContract` and give it a store.

For authors of stores that implement `VersionedStore` themselves. It asks for everything that
`fluxlit_component.stores.base` promises, and for nothing else. The part about time stands here: two
lifetimes, the end of a record, destruction, purge.
"""

from __future__ import annotations

import pytest

from fluxlit_component.state.record import Commit
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.testing.commit_contract import CommitContract, committed, loaded, not_there
from fluxlit_component.testing.contract import Advance, SessionStoreContract
from fluxlit_component.testing.move_contract import MoveContract
from fluxlit_component.testing.race import race

_TOLERANCE = 0.01


class LifetimeContract(SessionStoreContract):
    """Expired means absent, destroyed means destroyed."""

    def test_idle_deadline(self, store: VersionedStore, sid: str) -> None:
        """A commit sets the idle deadline and tells it, by the store's own clock."""
        outcome = committed(store, sid, {"a": 1}, idle_seconds=100)
        record = loaded(store, sid)
        assert outcome.idle_expires == pytest.approx(outcome.now + 100, abs=_TOLERANCE)
        assert record.idle_expires == pytest.approx(outcome.idle_expires, abs=_TOLERANCE)
        assert record.created == pytest.approx(outcome.now, abs=_TOLERANCE)

    def test_idle_deadline_moves(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """Every commit counts the idle lifetime anew."""
        committed(store, sid, {"a": 1}, idle_seconds=self.lifetime)
        committed(store, sid, {"a": 2}, idle_seconds=3600)
        advance(self.lifetime * 1.5)
        assert store.get(sid) == {"a": 2}

    @pytest.mark.parametrize("never", [None, 0, -1])
    def test_no_idle_deadline(
        self, store: VersionedStore, sid: str, advance: Advance, never: float | None
    ) -> None:
        """An idle lifetime of None, zero or less means none, also where there was one before."""
        committed(store, sid, {"a": 1}, idle_seconds=self.lifetime)
        assert committed(store, sid, {"a": 2}, idle_seconds=never).idle_expires is None
        advance(self.lifetime * 1.5)
        assert loaded(store, sid).idle_expires is None

    def test_ended(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """A commit on an expired or destroyed record says so and writes nothing, even if it may create."""
        _, expired, destroyed = not_there(store, advance, self.lifetime)
        committed(store, sid, {"a": 1})
        store.delete(sid)
        for name, verdict in ((expired, "expired"), (destroyed, "destroyed"), (sid, "destroyed")):
            for create in (False, True):
                assert committed(store, name, {"a": 2}, create=create).verdict == verdict
            assert (store.load(name), store.get(name)) == (None, None)
        store.delete(expired)  # from then on it is destroyed
        assert committed(store, expired, {"a": 1}).verdict == "destroyed"

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

    def test_no_absolute_deadline_later(self, store: VersionedStore, sid: str) -> None:
        """A record that was begun without an absolute deadline does not get one later."""
        committed(store, sid, {"a": 1})
        assert committed(store, sid, {"a": 2}, max_age_seconds=100).expires is None

    def test_touch(self, store: VersionedStore, sid: str, advance: Advance) -> None:
        """A touch moves the idle deadline, or takes it away, and leaves the version."""
        committed(store, sid, {"a": 1}, idle_seconds=self.lifetime)
        assert store.touch(sid, idle_seconds=3600)
        advance(self.lifetime * 1.5)
        record = loaded(store, sid)
        assert record.version == 1
        assert record.idle_expires is not None
        assert record.idle_expires > record.now + 3000
        assert store.touch(sid, idle_seconds=None)
        assert loaded(store, sid).idle_expires is None

    def test_touch_in_vain(self, store: VersionedStore, advance: Advance) -> None:
        """To touch what is absent, expired or destroyed is False and brings nothing back."""
        for name in not_there(store, advance, self.lifetime):
            assert not store.touch(name, idle_seconds=3600)
            assert store.load(name) is None

    def test_set_overrides_destruction(self, store: VersionedStore, sid: str) -> None:
        """`set` is the caller's explicit word: it begins a destroyed session anew."""
        committed(store, sid, {"a": 1})
        store.delete(sid)
        store.set(sid, {"b": 1})
        assert committed(store, sid, {"c": 1}, create=False).verdict == "committed"
        assert store.get(sid) == {"b": 1, "c": 1}

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


class VersionedStoreContract(CommitContract, LifetimeContract, MoveContract):
    """The whole contract. Override `store`; and `advance`, if the store's clock can be turned."""
