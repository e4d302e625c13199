"""What a SQLite file has to be: ours, of this release or an earlier one, and made once."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import stored_key
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.stores.sqlite_file import APPLICATION, SCHEMA, DatabaseFile
from tests.turnable import TurnableClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)


def test_not_a_database(path: Path) -> None:
    """A file that is something else is left alone and said so."""
    path.write_bytes(b"These are my notes.\n" * 100)
    with pytest.raises(ConfigurationError, match="not a SQLite database"):
        SQLiteSessionStore(path)
    assert path.read_bytes() == b"These are my notes.\n" * 100


def test_database_of_something_else(path: Path) -> None:
    """A database with tables of somebody else is left alone and said so."""
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE customer (id INTEGER)")
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="something else"):
        SQLiteSessionStore(path)
    assert path.read_bytes() == before


def test_two_that_make_the_file_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that another process makes while a file is opened are not taken for those of somebody else."""
    is_ready: Any = DatabaseFile._is_ready
    faster: list[SQLiteSessionStore] = []

    class Overtaken:
        """A cursor whose file is made by another store after the first look at it."""

        def __init__(self, cursor: sqlite3.Cursor) -> None:
            self.cursor = cursor

        def execute(self, statement: str) -> SimpleNamespace:
            row = self.cursor.execute(statement).fetchone()
            monkeypatch.setattr(DatabaseFile, "_is_ready", is_ready)
            if not faster:
                faster.append(SQLiteSessionStore(path))
            return SimpleNamespace(fetchone=lambda: row)

    monkeypatch.setattr(DatabaseFile, "_is_ready", lambda file, cursor: is_ready(file, Overtaken(cursor)))
    slower = SQLiteSessionStore(path)
    faster[0].set("a", {"x": 1})
    assert slower.get("a") == {"x": 1}
    for store in (slower, *faster):
        store.close()


def test_newer_schema(store: SQLiteSessionStore, path: Path, other: sqlite3.Connection) -> None:
    """A file that a newer release wrote is not touched by this one."""
    assert other.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    assert other.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    other.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(ConfigurationError, match="newer"):
        SQLiteSessionStore(path)


_SCHEMA_1 = """
    CREATE TABLE fluxlit_session (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, created REAL NOT NULL,
        idle_expires REAL, expires REAL, schema INTEGER NOT NULL, forget REAL, ends REAL);
    CREATE INDEX fluxlit_session_ends ON fluxlit_session (ends) WHERE ends IS NOT NULL;
    CREATE TABLE fluxlit_field (
        session INTEGER NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL, data BLOB,
        PRIMARY KEY (session, key)) WITHOUT ROWID;
    PRAGMA user_version = 1;
"""


def test_file_of_schema_1(path: Path, clock: TurnableClock) -> None:
    """A file of an earlier release is taken over as it is: sessions, versions, deadlines, markers."""
    now = clock()
    old = sqlite3.connect(path)
    old.executescript(f"PRAGMA journal_mode = WAL; PRAGMA application_id = {APPLICATION}; {_SCHEMA_1}")
    heads = {"a": (7, now - 50, now + 60, now + 900, 3, None), "gone": (0, now, None, None, 0, now + 5)}
    for name, (*head, forget) in heads.items():
        ends = now + (60 if forget is None else 5)
        values = (stored_key(name), *head, forget, ends)
        old.execute("INSERT INTO fluxlit_session VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    old.execute("INSERT INTO fluxlit_field VALUES (1, ?, 7, ?)", (b"x", encode(1)))
    old.commit()
    old.close()
    store = SQLiteSessionStore(path, clock=clock)
    record = store.load("a")
    assert record is not None
    assert (record.version, record.created, record.idle_expires, record.schema) == (7, now - 50, now + 60, 3)
    assert store.commit("gone", COMMIT).verdict == "destroyed"
    outcome = store.commit("a", Commit({"y": Change(encode(2))}, idle_seconds=100))
    assert (outcome.version, outcome.idle_expires, outcome.expires) == (8, now + 100, now + 900)
    assert store.get("a") == {"x": 1, "y": 2}
    clock.advance(99)
    assert store.purge() == 1
    clock.advance(1)
    assert store.purge() == 1
    store.close()
