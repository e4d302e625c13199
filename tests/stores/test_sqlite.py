"""The SQLite store: the contract, and what only it has: a file, its rights, its owner, its errors."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fluxlit_component.clock import Clock
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError, StoreUnavailable, UnstorableValue
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.state.record import Change, Commit, Field
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.stores.sqlite_file import APPLICATION, SCHEMA, DatabaseFile
from fluxlit_component.testing import VersionedStoreContract
from fluxlit_component.testing.contract import race
from tests.stores.ageing import swept
from tests.stores.browsing_contract import BrowsableStoreContract
from tests.turnable import TurnableClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)


@pytest.fixture
def clock() -> TurnableClock:
    """The hands of the store's clock."""
    return TurnableClock()


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[SQLiteSessionStore]:
    """A store as an app has it, but for the clock."""
    store = SQLiteSessionStore(path, clock=clock)
    yield store
    store.close()


@pytest.fixture
def other(path: Path, store: SQLiteSessionStore) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else to the same file."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    yield connection
    connection.close()


class TestSQLiteSessionStore(VersionedStoreContract, BrowsableStoreContract):
    @pytest.fixture
    def store(self, path: Path, clock: Clock) -> Iterator[SQLiteSessionStore]:
        # Patience: 50 threads on a slow machine are not what is under test.
        store = SQLiteSessionStore(path, clock=clock, busy_timeout_seconds=20)
        yield store
        store.close()

    @pytest.fixture
    def advance(self, clock: TurnableClock) -> Callable[[float], None]:
        return clock.advance


def test_survives_reopening(store: SQLiteSessionStore, path: Path, clock: Clock) -> None:
    """A session is there after the store was closed, in a new one and in the old one."""
    store.set("a", {"x": (1, {2})})
    store.close()
    again = SQLiteSessionStore(path, clock=clock)
    assert again.get("a") == {"x": (1, {2})}
    assert store.get("a") == {"x": (1, {2})}
    again.close()


def test_two_stores_on_one_file(store: SQLiteSessionStore, path: Path, clock: Clock) -> None:
    """What one writes the other reads at once."""
    second = SQLiteSessionStore(path, clock=clock)
    store.commit("a", COMMIT)
    assert second.get("a") == {"x": 1}
    second.delete("a")
    assert store.commit("a", COMMIT).verdict == "destroyed"
    second.close()


@pytest.mark.skipif(os.name == "nt", reason="no POSIX file modes")
def test_files_are_private(tmp_path: Path) -> None:
    """Whatever the umask, folder and files are the owner's only: the log and its index too."""
    before = os.umask(0)
    try:
        store = SQLiteSessionStore(tmp_path / "new" / "sessions.db")
        store.commit("a", COMMIT)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "new").iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["sessions.db", "sessions.db-wal", "sessions.db-shm"], 0o600)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    store.close()


def test_id_is_never_at_rest(store: SQLiteSessionStore, path: Path) -> None:
    """No byte of the database or its log tells an id; what is found there is no id."""
    sid, target = new_session_id(), new_session_id()
    store.commit(sid, COMMIT)
    store.touch(sid, idle_seconds=5)
    store.rename(sid, target)
    store.take(target)
    store.set(sid, {"a": 1})
    files = list(path.parent.iterdir())
    at_rest = b"".join(file.read_bytes() for file in files)
    assert {file.name for file in files} >= {"sessions.db", "sessions.db-wal"}
    assert stored_key(sid).encode() in at_rest
    assert sid.encode() not in at_rest
    assert target.encode() not in at_rest
    assert store.load(stored_key(sid)) is None


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_memory_is_another_store(path: str) -> None:
    """A path that means no file is refused, with the way to sessions in memory."""
    with pytest.raises(ConfigurationError, match="memory://"):
        SQLiteSessionStore(path)


def test_home_and_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde is the home folder; a relative path stays where it was when the store was made."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    at_home, relative = SQLiteSessionStore("~/a.db"), SQLiteSessionStore("b.db")
    monkeypatch.chdir("/")
    assert at_home.path == tmp_path / "home" / "a.db"
    assert relative.path == tmp_path / "b.db"
    relative.commit("a", COMMIT)
    at_home.close()
    relative.close()


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


def test_unstorable_value_leaves_the_store_as_it_was(store: SQLiteSessionStore) -> None:
    """If one value cannot be stored, none is."""
    store.set("a", {"x": 1})
    with pytest.raises(UnstorableValue):
        store.set("a", {"x": 2, "y": threading.Lock()})
    assert store.get("a") == {"x": 1}


def test_empty_id_is_refused(store: SQLiteSessionStore) -> None:
    """One empty id for all visitors would mix their sessions."""
    with pytest.raises(ConfigurationError, match="empty"):
        store.commit("", COMMIT)


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


def test_small_commit_writes_one_page(store: SQLiteSessionStore, path: Path) -> None:
    """Head and fields of a small session lie together; its row and the index of ends are left alone."""
    log = path.with_name(f"{path.name}-wal")
    for key in ("first", "moves ends once"):
        store.commit("a", Commit({key: Change(b"1")}, idle_seconds=60, create=True))
    for version in range(3, 9):
        before = log.stat().st_size
        assert store.commit("a", Commit({"x": Change(b"%d" % version)}, idle_seconds=60)).version == version
        assert log.stat().st_size - before == 24 + 4096


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


def test_commit_of_many_keys_wakes_nobody(store: SQLiteSessionStore, clock: TurnableClock) -> None:
    """Many keys are read in another way than a few; the idle deadline is seen in both."""
    store.commit("a", Commit({"x": Change(b"1")}, idle_seconds=60, create=True))
    store.commit("a", Commit({"x": Change(b"2")}, idle_seconds=60))
    clock.advance(61)
    many = {f"key {number}": Change(b"3") for number in range(100)}
    assert store.commit("a", Commit(many, idle_seconds=60)).verdict == "expired"
    assert store.load("a") is None


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A path below a file gives no answer, from the system's own error."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable) as caught:
        SQLiteSessionStore(tmp_path / "file" / "sessions.db")
    assert isinstance(caught.value.__cause__, OSError)


def test_deleted_file_is_made_anew(store: SQLiteSessionStore, path: Path) -> None:
    """Who deletes the files begins anew: nothing is written to files without a name."""
    store.commit("a", COMMIT)
    for file in path.parent.iterdir():
        file.unlink()
    assert store.load("a") is None
    store.commit("b", COMMIT)
    again = SQLiteSessionStore(path)
    assert again.load("b") is not None
    again.close()


def test_tombstones_of_long_ago_are_dropped(store: SQLiteSessionStore) -> None:
    """After a thousand versions and some more, a tombstone is of no use to anyone."""
    store.commit("a", Commit({"gone": Change(None), "kept": Change(b"1")}, create=True))
    for _ in range(1000):
        store.commit("a", Commit({"x": Change(b"1")}))
    record = store.load("a")
    assert record is not None
    assert record.fields["gone"] == Field(1, None)
    for _ in range(100):
        store.commit("a", Commit({"x": Change(b"1")}))
    record = store.load("a")
    assert record is not None
    assert set(record.fields) == {"kept", "x"}


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


def test_threads_leave_few_connections(store: SQLiteSessionStore) -> None:
    """Threads that come and go, as script runs do, share a handful of connections."""
    together = threading.Barrier(12)
    for _ in range(3):
        race(12, lambda _: store._file.run(lambda _: together.wait(timeout=30), writes=False))
    assert len(store._file._pool._idle) == 8
    assert not store._file._pool._in_use


def test_durability(store: SQLiteSessionStore) -> None:
    """Every connection writes ahead and syncs at checkpoints: the death of a process loses no commit."""
    asked = store._file.run(
        lambda connection: [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ],
        writes=False,
    )
    assert asked == ["wal", 1]
