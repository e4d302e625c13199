"""The SQLite store: the contract, and what only it has: a file, its rights, its owner, its errors."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fluxlit_component.clock import Clock
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError, StoreUnavailable, UnstorableValue
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.testing import VersionedStoreContract
from fluxlit_component.testing.contract import race
from tests.stores.browsing_contract import BrowsableStoreContract
from tests.turnable import TurnableClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[SQLiteSessionStore]:
    """A store as an app has it, but for the clock."""
    store = SQLiteSessionStore(path, clock=clock)
    yield store
    store.close()


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


def test_small_commit_writes_one_page(store: SQLiteSessionStore, path: Path) -> None:
    """Head and fields of a small session lie together; its row and the index of ends are left alone."""
    log = path.with_name(f"{path.name}-wal")
    for key in ("first", "moves ends once"):
        store.commit("a", Commit({key: Change(b"1")}, idle_seconds=60, create=True))
    for version in range(3, 9):
        before = log.stat().st_size
        assert store.commit("a", Commit({"x": Change(b"%d" % version)}, idle_seconds=60)).version == version
        assert log.stat().st_size - before == 24 + 4096


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
