"""Sessions of a SQLite file that have ended are gone exactly then, and are swept while no visitor waits."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluxlit_component.clock import Clock
from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.stores.ageing import swept
from tests.turnable import TurnableClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[SQLiteSessionStore]:
    """A store as an app has it, but for the clock."""
    store = SQLiteSessionStore(path, clock=clock)
    yield store
    store.close()


@pytest.mark.parametrize("spans", [(60, 60), (60, 10_000), (10_000, 60), (None, 60), (60, 400, 60)])
def test_purge_is_exact(
    store: SQLiteSessionStore, clock: TurnableClock, spans: tuple[float | None, ...]
) -> None:
    """However an idle deadline was moved, a purge drops the session from that moment on and not before."""
    for span in spans:
        store.commit("a", Commit({"x": Change(b"1")}, idle_seconds=span, create=True))
        clock.advance(30)
    last = spans[-1]
    assert last is not None
    clock.advance(last - 31)
    assert store.purge() == 0
    clock.advance(1)
    assert store.purge() == 1


def test_session_that_never_ends_again(store: SQLiteSessionStore, clock: TurnableClock) -> None:
    """Once the idle lifetime is taken away nothing is purged, and a copy has the head that was moved."""
    store.commit("a", Commit({"": Change(b"1")}, idle_seconds=60, create=True))
    assert store.touch("a", idle_seconds=None)
    assert store.rename("a", "b")
    clock.advance(86_400 + 60)
    assert store.purge() == 1, "the marker of what was renamed"
    record = store.load("b")
    assert record is not None
    assert (record.version, record.idle_expires, set(record.fields)) == (1, None, {""})
    assert [(entry.keys, entry.size) for entry in store.browse()] == [(1, 1)]


def test_expired_sessions_are_swept(
    store: SQLiteSessionStore, clock: TurnableClock, other: sqlite3.Connection
) -> None:
    """Every five minutes up to 200 sessions that have ended are dropped, and their fields."""
    for number in range(250):
        store.set(f"{number}", {"x": 1}, ttl_seconds=60)
    clock.advance(299)
    store.commit("a", COMMIT)
    assert other.execute("SELECT count(*) FROM fluxlit_session").fetchone() == (251,)
    clock.advance(1)
    store.commit("a", COMMIT)
    swept()
    assert other.execute("SELECT count(*) FROM fluxlit_session").fetchone() == (51,)
    clock.advance(5)
    store.commit("a", COMMIT)
    swept()
    assert other.execute("SELECT count(DISTINCT session) FROM fluxlit_field").fetchone() == (1,)


def test_no_visitor_waits_for_a_sweep(
    store: SQLiteSessionStore, clock: TurnableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit that sets it off is back while the sweep has not even begun."""
    go, limits = threading.Event(), []

    def slow(*, limit: int) -> int:
        assert go.wait(30)
        limits.append(limit)
        return 0

    monkeypatch.setattr(store, "purge", slow)
    clock.advance(301)
    assert store.commit("a", COMMIT).verdict == "committed"
    assert limits == []
    go.set()
    swept()
    assert limits == [200]


def test_failed_sweep_fails_no_commit(
    store: SQLiteSessionStore,
    clock: TurnableClock,
    other: sqlite3.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was committed is acknowledged, whatever becomes of the tidying after it."""
    caplog.set_level("INFO")
    store.set("old", {}, ttl_seconds=1)
    other.execute(
        "CREATE TRIGGER full BEFORE DELETE ON fluxlit_session BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    clock.advance(301)
    assert store.commit("a", COMMIT).verdict == "committed"
    swept()
    assert "not swept this time" in caplog.text


def test_marker_is_forgotten_after_a_day(store: SQLiteSessionStore, clock: TurnableClock) -> None:
    """A day after its destruction an id counts as never used, and a purge drops the marker."""
    store.delete("a")
    store.delete("b")
    clock.advance(86_399)
    assert store.purge() == 0
    assert store.commit("a", COMMIT).verdict == "destroyed"
    swept()  # else what that commit set off may find the day over, and drop the markers
    clock.advance(1)
    assert store.commit("a", COMMIT).verdict == "committed"
    assert store.purge() == 1
