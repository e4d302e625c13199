"""A damaged session file is set aside with a timestamp, as it was found; a foreign one is left alone."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import fluxlit_component
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError, FluxlitError, StoreUnavailable
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores import sqlite_damage
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.testing.contract import race

COMMIT = Commit({"x": Change(encode(1))}, create=True)
MUCH = Commit({f"k {n}": Change(encode("v" * 3000)) for n in range(20)}, create=True)

_COMMITTER = """
import os, sys
from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore
store = SQLiteSessionStore(sys.argv[1], busy_timeout_seconds=10)
store.commit(sys.argv[2], Commit({"x": Change(encode(1))}, create=True))
os._exit(0)  # nothing is closed: what was written stays in the log
"""


def _aside(path: Path) -> list[Path]:
    """The main files that were set aside, oldest first."""
    return [f for f in sorted(path.parent.iterdir()) if re.fullmatch(r".+\.damaged-\d{8}T\d{6}", f.name)]


def _checkpoint(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _garbage(path: Path) -> bytes:
    """Overwrite all that follows the header, in place; return what is in the file now."""
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * (path.stat().st_size - 100))
    return path.read_bytes()


def _run_in_process(script: str, path: Path, name: str) -> subprocess.Popen[bytes]:
    root = str(Path(fluxlit_component.__file__).parent.parent)
    command = [sys.executable, "-c", script, str(path), name]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": root})


def test_pages_damaged_while_closed(
    store: SQLiteSessionStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The file gets another name, nothing in it changes, the log says so once, and sessions begin anew."""
    sid = new_session_id()
    store.commit(sid, MUCH)
    store.close()
    damaged = _garbage(path)
    with caplog.at_level(logging.WARNING, logger="fluxlit_component"):
        again = SQLiteSessionStore(path)
    assert again.load(sid) is None
    assert again.commit(sid, COMMIT).version == 1
    (aside,) = _aside(path)
    assert aside.read_bytes() == damaged
    (told,) = (record.getMessage() for record in caplog.records)
    assert str(path) in told
    assert aside.name in told
    assert sid not in told
    assert stored_key(sid)[:8] not in told
    # The other store of this process finds the file replaced.
    assert store.get(sid) == {"x": 1}
    again.close()


def test_pages_damaged_while_open(store: SQLiteSessionStore, path: Path) -> None:
    """A running store whose pages turn to garbage goes on in a fresh file, in the very same call."""
    other = SQLiteSessionStore(path)
    store.commit("a", MUCH)
    other.load("a")
    _checkpoint(path)
    _garbage(path)
    assert other.load("b") is None
    assert store.commit("a", COMMIT).version == 1
    assert other.get("a") == {"x": 1}
    assert len(_aside(path)) == 1
    other.close()


def test_the_log_goes_along(store: SQLiteSessionStore, path: Path) -> None:
    """Nothing that was saved is lost: commits that are in the log alone are found in what is set aside."""
    store.commit("a", COMMIT)
    store.close()
    _run_in_process(_COMMITTER, path, "b").communicate(timeout=60)
    assert path.with_name(path.name + "-wal").stat().st_size
    assert sqlite_damage.set_aside(path, path.stat().st_ino, sqlite3.DatabaseError("malformed"))
    assert not path.exists()
    (aside,) = _aside(path)
    found = SQLiteSessionStore(aside)
    assert [found.get(name) for name in ("a", "b")] == [{"x": 1}] * 2
    found.close()
    assert store.load("a") is None


def test_tables_that_are_gone(store: SQLiteSessionStore, path: Path) -> None:
    """Garbage may look like an empty list of tables; with our mark before it that is damage as well."""
    store.commit("a", MUCH)
    store.close()
    with path.open("r+b") as file:
        file.seek(100)
        file.write(bytes.fromhex("0d 0000 0000 1000 00"))  # a leaf of no cells
    assert store.load("a") is None
    assert store.commit("a", COMMIT).version == 1
    assert len(_aside(path)) == 1


def test_truncated(store: SQLiteSessionStore, path: Path) -> None:
    """Half of a file is set aside as soon as what is missing is looked for."""
    store.commit("a", MUCH)
    store.close()
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(half)
    assert store.load("a") is None
    assert store.commit("a", COMMIT).verdict == "committed"
    assert [file.read_bytes() for file in _aside(path)] == [half]


def test_header_damaged_under_a_name_of_the_apps(store: SQLiteSessionStore, path: Path) -> None:
    """Without our mark a file may be anybody's: it is refused and left as it is."""
    store.commit("a", COMMIT)
    store.close()
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)
    before = path.read_bytes()
    for call in (
        lambda: store.load("a"),
        lambda: store.commit("a", COMMIT),
        lambda: SQLiteSessionStore(path),
    ):
        with pytest.raises(FluxlitError, match=r"sessions\.db"):
            call()
    assert path.read_bytes() == before


def test_header_damaged_under_our_name(tmp_path: Path) -> None:
    """The default file is ours by its name, so it is set aside even if its header says nothing."""
    path = tmp_path / "fluxlit_sessions.db"
    store = SQLiteSessionStore(path)
    store.commit("a", COMMIT)
    store.close()
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)
    damaged = path.read_bytes()
    assert store.load("a") is None
    assert store.commit("a", COMMIT).verdict == "committed"
    assert [file.read_bytes() for file in _aside(path)] == [damaged]
    store.close()


def test_database_of_something_else_that_is_damaged(tmp_path: Path) -> None:
    """A foreign database is never touched: not damaged, and not under our name."""
    path = tmp_path / "fluxlit_sessions.db"
    theirs = sqlite3.connect(path)
    theirs.executescript("PRAGMA application_id = 7; CREATE TABLE customer (id INTEGER)")
    theirs.close()
    with pytest.raises(ConfigurationError, match="something else"):
        SQLiteSessionStore(path)
    damaged = _garbage(path)
    with pytest.raises((ConfigurationError, StoreUnavailable)):
        SQLiteSessionStore(path)
    assert path.read_bytes() == damaged
    assert _aside(path) == []


def test_damaged_twice_in_a_second(
    store: SQLiteSessionStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second file does not overwrite the first."""
    monkeypatch.setattr(sqlite_damage, "wall", lambda: 1e9)
    found = []
    for _ in range(2):
        store.commit("a", MUCH)
        store.close()
        found.append(_garbage(path))
        assert store.load("a") is None
    assert [file.read_bytes() for file in _aside(path)] == found
    assert _aside(path)[0].name == "sessions.db.damaged-20010909T014640"


def test_a_late_finding_spares_the_fresh_file(store: SQLiteSessionStore, path: Path) -> None:
    """Who found the damaged file, but comes after another has replaced it, leaves the fresh one alone."""
    store.commit("a", MUCH)
    store.close()
    damaged = path.stat().st_ino
    _garbage(path)
    assert store.load("a") is None
    store.commit("b", COMMIT)
    assert sqlite_damage.set_aside(path, damaged, sqlite3.DatabaseError("malformed"))
    assert len(_aside(path)) == 1
    assert store.get("b") == {"x": 1}


def test_threads_set_one_file_aside(store: SQLiteSessionStore, path: Path) -> None:
    """Many that find the damage at once set one file aside, and what they write then is in the fresh one."""
    for turn in range(5):
        store.commit("a", MUCH)
        store.close()
        _garbage(path)
        race(8, lambda n: store.commit(f"{n}", COMMIT))
        assert len(_aside(path)) == turn + 1
        assert [store.get(f"{n}") for n in range(8)] == [{"x": 1}] * 8


def test_processes_set_one_file_aside(store: SQLiteSessionStore, path: Path) -> None:
    """Processes that open a damaged file at once replace it once, and all go on in the same fresh one."""
    store.commit("a", MUCH)
    _checkpoint(path)
    _garbage(path)
    openers = [_run_in_process(_COMMITTER, path, f"{number}") for number in range(4)]
    for opener in openers:
        opener.communicate(timeout=60)
    assert [opener.returncode for opener in openers] == [0] * 4
    assert len(_aside(path)) == 1
    # This process had the damaged one open all the time.
    assert [store.get(f"{number}") for number in range(4)] == [{"x": 1}] * 4
