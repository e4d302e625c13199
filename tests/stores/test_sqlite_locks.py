"""A SQLite file that another process has locked, or whose write fails."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.identifier import stored_key
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore

COMMIT = Commit({"x": Change(encode(1))}, create=True)


def test_locked_for_writing(store: SQLiteSessionStore, other: sqlite3.Connection, held: Any) -> None:
    """While another process holds the write lock, writes give up within half a second; reads go on."""
    store.commit("a", COMMIT)
    other.execute("BEGIN IMMEDIATE")
    begin = time.monotonic()
    with held(0.6), pytest.raises(StoreUnavailable, match="locked") as caught:
        store.commit("a-secret-id", COMMIT)
    assert time.monotonic() - begin > 0.35
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert "a-secret-id" not in str(caught.value)
    assert stored_key("a-secret-id") not in str(caught.value)
    assert store.get("a") == {"x": 1}
    other.execute("ROLLBACK")
    assert store.commit("a", COMMIT).verdict == "committed"


def test_locked_for_all(path: Path, store: SQLiteSessionStore, held: Any) -> None:
    """A file that another process has for itself is no answer, for reads and for a new store."""
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with held(0.6), pytest.raises(StoreUnavailable):
        store.get("a")
    with held(0.6), pytest.raises(StoreUnavailable):
        SQLiteSessionStore(path)
    other.close()
    assert store.get("a") is None


def test_lock_that_is_released(path: Path, store: SQLiteSessionStore, other: sqlite3.Connection) -> None:
    """A lock that is held for a moment only is waited for."""
    patient = SQLiteSessionStore(path, busy_timeout_seconds=20)
    other.execute("BEGIN IMMEDIATE")
    written: list[str] = []
    writer = threading.Thread(target=lambda: written.append(patient.commit("a", COMMIT).verdict))
    writer.start()
    time.sleep(0.1)
    other.execute("ROLLBACK")
    writer.join()
    assert written == ["committed"]
    patient.close()


def test_failed_write_leaves_nothing(store: SQLiteSessionStore, other: sqlite3.Connection) -> None:
    """If a statement in the middle fails nothing of the commit is written, and the next one works."""
    store.commit("a", COMMIT)
    other.execute(
        "CREATE TRIGGER full BEFORE INSERT ON fluxlit_field WHEN new.key = CAST('bad' AS BLOB) "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    with pytest.raises(StoreUnavailable, match="disk full"):
        store.commit("a", Commit({"good": Change(b"1"), "bad": Change(b"1")}))
    record = store.load("a")
    assert record is not None
    assert (record.version, set(record.fields)) == (1, {"x"})
    assert store.commit("a", COMMIT).version == 2
