"""How long a session lives, and by whose clock."""

from __future__ import annotations

import time

import pytest

from fluxlit_component import InMemorySessionStore
from tests.turnable import TurnableClock
from tests.visitor import Body, Visitor, assign, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_an_expired_session_is_absent() -> None:
    """After its idle lifetime the id is dead: a fresh one, nothing restored."""
    now = [1000.0]
    store = InMemorySessionStore(clock=lambda: now[0])
    visitor = Visitor(assign(a=1), store=store, ttl_seconds=60)
    now[0] += 59
    visitor = visitor.reload(assign(a=2))
    assert not visitor.session.is_new
    now[0] += 59
    assert not visitor.reload(nothing).session.is_new
    now[0] += 61
    late = visitor.reload(nothing)
    assert late.session.is_new
    assert late.sid != visitor.sid
    assert late.state == {}


def test_the_absolute_lifetime_ends_a_busy_session() -> None:
    """However often it is used."""
    now = [1000.0]
    store = InMemorySessionStore(clock=lambda: now[0])
    visitor = Visitor(assign(a=1), store=store, ttl_seconds=60, max_age_seconds=100)
    for number in range(4):
        now[0] += 30
        visitor = visitor.reload(assign(a=number))
    assert visitor.session.is_new


def test_expires_in_tells_the_nearer_end(store: InMemorySessionStore) -> None:
    """Seconds to the idle or the absolute end, whichever comes first; None while there is no record."""
    told: list[float | None] = []
    look: Body = lambda session: told.append(session.expires_in)  # noqa: E731 - the script of the test
    visitor = Visitor(look, store=store, ttl_seconds=100, max_age_seconds=1000)
    assert told == [None]
    visitor.run(assign(a=1))
    assert 95 < (visitor.session.expires_in or 0) <= 100
    visitor.run(look)
    assert 95 < (told[-1] or 0) <= 100
    reloaded = visitor.reload(look)
    assert 95 < (reloaded.session.expires_in or 0) <= 100
    short = Visitor(assign(a=1), store=store, ttl_seconds=100, max_age_seconds=50)
    assert 45 < (short.session.expires_in or 0) <= 50
    endless = Visitor(assign(a=1), store=store, ttl_seconds=0, max_age_seconds=0)
    assert endless.session.expires_in is None


def test_expires_in_goes_by_the_clock_of_the_store() -> None:
    """A store whose clock is a day ahead of this machine's still has the whole lifetime left."""
    store = InMemorySessionStore(clock=lambda: time.time() + 86_400)
    visitor = Visitor(assign(a=1), store=store, ttl_seconds=100)
    assert 95 < (visitor.session.expires_in or 0) <= 100


@pytest.mark.parametrize("hours", [-1, 1], ids=["back", "forward"])
def test_a_clock_that_jumps_costs_nothing(hours: int) -> None:
    """By an hour, with a day to live: the state stays, is saved, and comes back."""
    clock = TurnableClock()
    store = InMemorySessionStore(clock=clock)
    visitor = Visitor(assign(a=1), store=store)
    sid = visitor.sid
    clock.advance(hours * 3600)
    visitor.run(assign(b=2))
    clock.advance(-hours * 3600)
    visitor.run(assign(c=3))
    assert visitor.session.status == "ready"
    assert visitor.reload(nothing).state == {"a": 1, "b": 2, "c": 3}
    assert visitor.sid == sid
