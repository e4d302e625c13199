"""A store that is down costs a run half a second at most, and is not asked again at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pytest

from fluxlit_component.errors import StoreUnavailable, UnstorableValue
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.outage import Breaker, SparingStore, breaker_of
from tests.three_methods import AroundStore
from tests.turnable import TurnableClock

SID = "s" * 43


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowStore(InMemorySessionStore):
    """Takes a while by a clock of the test's own, then fails if it is down."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.hands = clock
        self.seconds = 0.0
        self.is_down = False
        self.asked = 0

    def load(self, session_id: str) -> None:
        self.asked += 1
        self.hands.now += self.seconds
        if self.is_down:
            raise StoreUnavailable("down")


class HangingStore:
    """A three-method store that never answers until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def get(self, session_id: str) -> None:
        self.go.wait(20)

    def set(self, session_id: str, data: object, *, ttl_seconds: float | None = None) -> None:
        self.go.wait(20)

    def delete(self, session_id: str) -> None:
        self.go.wait(20)


def test_a_store_of_the_apps_own_that_hangs_holds_nobody(held: Any) -> None:
    """The run goes on after its budget; the second call of the run is not even tried."""
    inner = HangingStore()
    store = SparingStore(AdapterStore(inner), Breaker(), budget_seconds=0.2)
    with held(), pytest.raises(TimeoutError):
        store.load(SID)
    with held(0.1), pytest.raises(StoreUnavailable):
        store.commit(SID, Commit({}))
    inner.go.set()


def test_the_budget_is_for_the_whole_run() -> None:
    """Slow answers add up; what is over is refused."""
    clock = Clock()
    inner = SlowStore(clock)
    inner.seconds = 0.3
    store = SparingStore(inner, Breaker(clock=clock), budget_seconds=0.5, clock=clock)
    store.load(SID)
    store.load(SID)
    with pytest.raises(StoreUnavailable, match="long enough"):
        store.load(SID)
    assert inner.asked == 2


def test_who_asks_seldom_is_never_refused() -> None:
    """A fragment on a timer saves for hours through the run that drew it: time between calls counts."""
    clock = Clock()
    inner = SlowStore(clock)
    inner.seconds = 0.005
    store = SparingStore(inner, Breaker(clock=clock), budget_seconds=0.5, clock=clock)
    for _ in range(1000):
        store.load(SID)
        clock.now += 1.0
    assert inner.asked == 1000


def test_a_slow_failure_is_not_repeated_by_the_next_run() -> None:
    """Another run of this process goes on at once, until the time is over; then one call probes."""
    clock = Clock()
    inner, breaker = SlowStore(clock), Breaker(clock=clock)
    inner.seconds, inner.is_down = 0.4, True

    def run() -> SparingStore:
        return SparingStore(inner, breaker, clock=clock)

    with pytest.raises(StoreUnavailable):
        run().load(SID)
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        run().load(SID)
    assert inner.asked == 1
    clock.now += 2.1
    inner.is_down = False
    assert run().load(SID) is None
    assert inner.asked == 2
    run().load(SID)
    assert inner.asked == 3


def test_a_store_that_refuses_at_once_may_be_asked_at_once() -> None:
    """The next click finds it back."""
    clock = Clock()
    inner, breaker = SlowStore(clock), Breaker(clock=clock)
    inner.is_down = True
    with pytest.raises(StoreUnavailable):
        SparingStore(inner, breaker, clock=clock).load(SID)
    inner.is_down = False
    assert SparingStore(inner, breaker, clock=clock).load(SID) is None


def test_while_one_call_probes_the_others_go_on() -> None:
    """Half open lets one through."""
    clock = Clock()
    breaker = Breaker(clock=clock)
    breaker.failed(held_seconds=1.0)
    clock.now += 2.5
    breaker.admit()
    with pytest.raises(StoreUnavailable):
        breaker.admit()
    breaker.succeeded()
    breaker.admit()


def test_a_failed_write_does_not_stop_reads() -> None:
    """A full disk can be read; that it is read is no reason to write again at once."""

    class Full(SlowStore):
        def commit(self, session_id: str, commit: Commit) -> Outcome:
            self.hands.now += 0.4
            raise StoreUnavailable("full")

    clock = Clock()
    inner, breaker = Full(clock), Breaker(clock=clock)

    def run() -> SparingStore:
        return SparingStore(inner, breaker, clock=clock)

    with pytest.raises(StoreUnavailable, match="full"):
        run().commit(SID, Commit({}))
    assert run().load(SID) is None
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        run().commit(SID, Commit({}))
    clock.now += 2.1
    with pytest.raises(StoreUnavailable, match="full"):
        run().commit(SID, Commit({}))
    clock.now += 2.1
    inner.seconds, inner.is_down = 0.4, True
    for call, reason in ((run().load, "down"), (run().load, "a moment ago"), (run().delete, "a moment ago")):
        with pytest.raises(StoreUnavailable, match=reason):
            call(SID)


def test_a_refusal_is_an_answer() -> None:
    """A probe that is told "not this value" has found the store: the next call goes through."""

    class Picky(InMemorySessionStore):
        bounded = True
        error: Exception = StoreUnavailable("down")

        def load(self, session_id: str) -> Record | None:
            raise self.error

    clock = TurnableClock()
    store, breaker = Picky(), Breaker(clock=clock)
    for error in (StoreUnavailable("down"), UnstorableValue("lock", "use another")):
        store.error = error
        with pytest.raises(type(error)):
            SparingStore(store, breaker, clock=clock).load("id")
        clock.advance(0.1)
    breaker.admit()


def test_one_breaker_a_store() -> None:
    """Shared by all runs of the process, not by other stores."""
    first, second = InMemorySessionStore(), InMemorySessionStore()
    assert breaker_of(first) is breaker_of(first)
    assert breaker_of(first) is not breaker_of(second)


def test_stores_that_are_equal_and_have_no_hash() -> None:
    """An app's store may be a dataclass: each object has its own breaker. Only the last ones are known."""

    @dataclass(slots=True)
    class Store(AroundStore):
        inner: InMemorySessionStore
        load = commit = touch = copy = rename = take = purge = close = lambda self, *_, **__: None

    stores: list[Any] = [Store(InMemorySessionStore()) for _ in range(20)]
    breakers = [breaker_of(store) for store in stores]
    assert len({id(breaker) for breaker in breakers}) == len(stores)
    assert all(breaker_of(store) is breaker for store, breaker in zip(stores[4:], breakers[4:], strict=True))
    assert breaker_of(stores[0]) is not breakers[0]
    for store in stores[1:18]:
        assert breaker_of(stores[19]) is breakers[19], "what is used stays known"
        breaker_of(store)
