"""A plain three-method store as a versioned one: what the adapter promises, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fluxlit_component.clock import Clock
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.state.record import Change, Commit, Field
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.testing import SessionStoreContract
from fluxlit_component.testing.contract import race
from tests.stores.adapter.plain_stores import BrokenStore, JsonStore
from tests.turnable import TurnableClock


class TestAdapterStore(SessionStoreContract):
    @pytest.fixture
    def store(self, inner: JsonStore, clock: Clock) -> AdapterStore:
        return AdapterStore(inner, clock=clock)

    @pytest.fixture
    def advance(self, clock: TurnableClock) -> Callable[[float], None]:
        return clock.advance


def _commit(values: Mapping[str, object], **options: Any) -> Commit:
    return Commit({key: Change(encode(value), 1) for key, value in values.items()}, **options)


def test_is_a_versioned_store(store: AdapterStore) -> None:
    """It has every method of the protocol."""
    assert isinstance(store, VersionedStore)


def test_commit_leaves_other_keys(store: AdapterStore, inner: JsonStore) -> None:
    """A commit changes and deletes the named keys and leaves the rest as another program wrote it."""
    inner.set("a", {"x": 1, "y": {"__fluxlit__": "not ours"}, "z": 2})
    changes = {"x": Change(encode(5), 1), "z": Change(None, 1), "new": Change(encode((1,)))}
    outcome = store.commit("a", Commit(changes))
    assert (outcome.verdict, outcome.version, outcome.overwritten) == ("committed", 1, frozenset())
    kept = json.loads(inner.documents["a"][0])
    assert list(kept) == ["x", "y", "new"]
    assert (kept["x"], kept["y"]) == (5, {"__fluxlit__": "not ours"})


def test_absent_is_destroyed(store: AdapterStore) -> None:
    """A plain store keeps no markers: what is not there may have been destroyed, and is not revived."""
    assert store.commit("a", _commit({"x": 1})).verdict == "destroyed"
    store.commit("a", _commit({"x": 1}, create=True))
    store.delete("a")
    assert store.commit("a", _commit({"x": 1})).verdict == "destroyed"
    assert store.load("a") is None


def test_guards_know_only_presence(store: AdapterStore) -> None:
    """A guarded change is refused if its key is there though unknown, or known and not there."""
    store.set("a", {"there": 1})
    changes = {
        "there": Change(encode(2), base=0, guarded=True),
        "gone": Change(encode(2), base=1, guarded=True),
    }
    outcome = store.commit("a", Commit(changes))
    assert (outcome.version, outcome.refused) == (1, {"there": Field(1, encode(1)), "gone": None})
    assert store.get("a") == {"there": 1}
    agreed = {"there": Change(encode(3), base=1, guarded=True), "gone": Change(encode(3), guarded=True)}
    assert store.commit("a", Commit(agreed)).refused == {}
    assert store.get("a") == {"there": 3, "gone": 3}


def test_nothing_to_do_writes_nothing(store: AdapterStore, inner: JsonStore) -> None:
    """An empty commit, or one that was refused as a whole, begins and writes nothing."""
    assert store.commit("a", Commit({}, create=True)).version == 0
    store.commit("a", Commit({"x": Change(encode(1), base=1, guarded=True)}, create=True))
    assert inner.lifetimes == []


def test_a_schema_number_is_kept_beside_the_values(store: AdapterStore, inner: JsonStore) -> None:
    """Else each page load would run the migrations again. The first number needs no note."""
    store.commit("a", _commit({"x": 1}, schema=1, create=True))
    assert json.loads(inner.documents["a"][0]) == {"x": 1}
    for schema, verdict in ((2, "committed"), (None, "committed"), (1, "newer"), (0, "newer")):
        assert store.commit("a", _commit({"x": schema}, schema=schema)).verdict == verdict
        record = store.load("a")
        assert record is not None
        assert (record.schema, record.expires) == (2, None)
    assert store.get("a") == {"x": None}


def test_empty_id_is_refused(store: AdapterStore) -> None:
    """One empty id for all visitors would mix their sessions."""
    for call in (store.get, store.load, store.delete, store.take):
        with pytest.raises(ConfigurationError, match="empty"):
            call("")
    with pytest.raises(ConfigurationError, match="empty"):
        store.set("", {})


def test_inner_failure() -> None:
    """Whatever the inner store raises means that it gave no answer; the id in it is not repeated."""
    store = AdapterStore(BrokenStore())
    calls: list[Callable[[], object]] = [
        lambda: store.get("secret"),
        lambda: store.set("secret", {}),
        lambda: store.delete("secret"),
        lambda: store.load("secret"),
        lambda: store.commit("secret", _commit({"x": 1}, create=True)),
        lambda: store.touch("secret", idle_seconds=1),
        lambda: store.copy("secret", "b"),
        lambda: store.take("secret"),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable, match="BrokenStore") as caught:
            call()
        assert "secret" not in str(caught.value)
        assert isinstance(caught.value.__cause__, ConnectionError)


def test_copy_and_rename(store: AdapterStore) -> None:
    """A copy goes to a free place only; a rename leaves the old place empty."""
    store.set("a", {"x": (1,)})
    store.set("taken", {})
    assert not store.copy("a", "taken")
    assert not store.rename("absent", "b")
    assert store.copy("a", "b")
    assert store.rename("a", "c")
    assert (store.get("a"), store.get("b"), store.get("c")) == (None, {"x": (1,)}, {"x": (1,)})


def test_rename_to_itself(store: AdapterStore) -> None:
    """A session is not lost by a rename to its own id."""
    store.set("a", {"x": 1})
    assert not store.rename("a", "a")
    assert store.get("a") == {"x": 1}


def test_one_takes(store: AdapterStore) -> None:
    """Of fifty threads of this process one gets the record."""
    store.set("a", {"x": 1})
    assert sum(record is not None for record in race(50, lambda _: store.take("a"))) == 1


def test_threads_lose_nothing(store: AdapterStore) -> None:
    """Tabs of this process that change keys of their own lose nothing."""
    store.set("a", {})
    race(8, lambda number: [store.commit("a", _commit({f"{number}.{turn}": 1})) for turn in range(20)])
    assert len(store.get("a") or {}) == 160


def test_renames_do_not_block_each_other(store: AdapterStore) -> None:
    """Two renames in opposite directions both come to an end."""
    store.set("a", {})
    race(2, lambda number: [store.rename(*(("a", "b") if number else ("b", "a"))) for _ in range(200)])
    assert [store.get("a"), store.get("b")].count({}) == 1


def test_purge_and_close_leave_the_inner_store(store: AdapterStore) -> None:
    """Expiry and the end are the business of whoever made the inner store."""
    store.set("a", {"x": 1})
    assert store.purge() == 0
    store.close()
    assert store.get("a") == {"x": 1}


@pytest.mark.parametrize(("idle", "asked"), [(None, 0), (0, 0), (-1, 0), (60, 60)])
def test_idle_lifetime_is_the_inner_stores(
    store: AdapterStore, inner: JsonStore, idle: float | None, asked: float
) -> None:
    """The inner store is asked for the idle lifetime; no lifetime is zero, since None means its default."""
    outcome = store.commit("a", _commit({"x": 1}, idle_seconds=idle, create=True))
    store.touch("a", idle_seconds=idle)
    assert inner.lifetimes == [asked, asked]
    assert outcome.idle_expires == (outcome.now + 60 if idle == 60 else None)


def test_idle_expiry(store: AdapterStore, clock: TurnableClock) -> None:
    """A touch keeps the session; without it, it ends."""
    store.commit("a", _commit({"x": 1}, idle_seconds=60, create=True))
    clock.advance(50)
    assert store.touch("a", idle_seconds=60)
    clock.advance(50)
    assert store.get("a") == {"x": 1}
    clock.advance(10)
    assert store.get("a") is None
    assert not store.touch("a", idle_seconds=60)


def test_absolute_expiry(store: AdapterStore, inner: JsonStore, clock: TurnableClock) -> None:
    """The absolute deadline is kept with the values, seen by nobody as one, and never moves."""
    begun = store.commit("a", _commit({"x": 1}, idle_seconds=60, max_age_seconds=100, create=True))
    clock.advance(50)
    later = store.commit("a", _commit({"y": 1}, idle_seconds=60, max_age_seconds=999))
    assert begun.expires == later.expires == begun.now + 100
    assert inner.lifetimes == [60, 50]
    assert store.get("a") == {"x": 1, "y": 1}
    record = store.load("a")
    assert record is not None
    assert (record.created, record.expires, set(record.fields)) == (begun.now, begun.expires, {"x", "y"})
    inner.set("a", inner.get("a") or {}, ttl_seconds=0)  # the adapter does not rely on the inner store
    clock.advance(50)
    assert (store.get("a"), store.load("a"), store.take("a")) == (None, None, None)
    assert store.commit("a", _commit({"x": 1}, create=True)).verdict == "expired"
