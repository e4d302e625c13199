"""The store in memory: the contract, and what only it has: a bound, an order of eviction, bytes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fluxlit_component.clock import Clock
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError, UnstorableValue
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.testing import VersionedStoreContract
from tests.stores.ageing import swept
from tests.stores.browsing_contract import BrowsableStoreContract
from tests.turnable import TurnableClock


@pytest.fixture
def clock() -> TurnableClock:
    """The hands of the store's clock."""
    return TurnableClock()


class TestInMemorySessionStore(VersionedStoreContract, BrowsableStoreContract):
    @pytest.fixture
    def store(self, clock: Clock) -> InMemorySessionStore:
        return InMemorySessionStore(clock=clock)

    @pytest.fixture
    def advance(self, clock: TurnableClock) -> Callable[[float], None]:
        return clock.advance


def test_default_ttl_is_a_day(clock: TurnableClock) -> None:
    """Without a lifetime of its own a session lasts a day from its last `set`."""
    store = InMemorySessionStore(clock=clock)
    store.set("a", {"x": 1})
    clock.advance(86_399)
    assert store.get("a") == {"x": 1}
    clock.advance(1)
    assert store.get("a") is None


def test_no_default_ttl(clock: TurnableClock) -> None:
    """A default of None keeps sessions for good."""
    store = InMemorySessionStore(default_ttl_seconds=None, clock=clock)
    store.set("a", {"x": 1})
    clock.advance(1e9)
    assert store.get("a") == {"x": 1}


def test_a_default_ttl_as_text_is_refused_at_once() -> None:
    """Not by the first `set`, which would have looked like a store that gives no answer."""
    ttl: Any = "86400"
    for make in (InMemorySessionStore, partial(RedisSessionStore, "redis://nowhere.invalid")):
        with pytest.raises(ConfigurationError, match="default_ttl_seconds takes seconds"):
            make(default_ttl_seconds=ttl)


def test_least_recently_used_goes_first() -> None:
    """When it is full the session goes that was neither read nor written for the longest time."""
    store = InMemorySessionStore(max_entries=3)
    for sid in "abc":
        store.set(sid, {"x": sid})
    store.get("a")
    store.commit("b", Commit({"x": Change(encode(1))}))
    store.set("d", {})
    assert [sid for sid in "abcd" if store.get(sid) is not None] == ["a", "b", "d"]


def test_purge_is_no_use(clock: TurnableClock) -> None:
    """A purge looks at all sessions and yet leaves the order of eviction as it is."""
    store = InMemorySessionStore(max_entries=2, clock=clock)
    store.set("a", {})
    store.set("b", {})
    store.get("a")
    store.purge()
    store.set("c", {})
    assert store.get("b") is None
    assert store.get("a") == {}


def test_at_least_one_entry() -> None:
    """As in the original, zero means one."""
    store = InMemorySessionStore(max_entries=0)
    store.set("a", {"x": 1})
    assert store.get("a") == {"x": 1}


def test_empty_id_is_refused() -> None:
    """One empty id for all visitors would mix their sessions."""
    with pytest.raises(ConfigurationError, match="empty"):
        InMemorySessionStore().set("", {"x": 1})


def test_unstorable_value_leaves_the_store_as_it_was() -> None:
    """If one value cannot be stored, none is."""
    store = InMemorySessionStore()
    store.set("a", {"x": 1})
    with pytest.raises(UnstorableValue):
        store.set("a", {"x": 2, "y": lambda: None})
    assert store.get("a") == {"x": 1}


def test_keys_are_strings() -> None:
    """A key of another type is refused, not converted."""
    with pytest.raises(TypeError, match="str"):
        InMemorySessionStore().set("a", {1: "x"})  # type: ignore[dict-item]


def test_corrupt_field_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    """A value that cannot be read is left out by name; neither it nor the id is logged."""
    store = InMemorySessionStore()
    sid, broken = "a-secret-session-id", b"\xc1 private words"
    store.commit(sid, Commit({"good": Change(encode(1)), "bad": Change(broken)}, create=True))
    with caplog.at_level(logging.WARNING):
        assert store.get(sid) == {"good": 1}
    assert "'bad'" in caplog.text
    assert "secret" not in caplog.text
    assert "private" not in caplog.text


def test_expired_sessions_are_swept(clock: TurnableClock) -> None:
    """Every five minutes a write drops up to 200 sessions that have ended; if more are left, sooner."""
    store = InMemorySessionStore(clock=clock)
    for number in range(250):
        store.set(f"{number}", {}, ttl_seconds=60)
    clock.advance(299)
    store.set("a", {})
    assert len(store._sessions) == 251
    clock.advance(1)
    store.set("a", {})
    swept()
    assert len(store._sessions) == 51
    clock.advance(5)
    store.set("a", {})
    swept()
    assert len(store._sessions) == 1


def test_marker_is_forgotten_after_a_day(clock: TurnableClock) -> None:
    """A day after its destruction an id counts as never used."""
    store = InMemorySessionStore(clock=clock)
    store.delete("a")
    clock.advance(86_399)
    commit = Commit({"x": Change(encode(1))}, create=True)
    assert store.commit("a", commit).verdict == "destroyed"
    clock.advance(1)
    assert store.commit("a", commit).verdict == "committed"
