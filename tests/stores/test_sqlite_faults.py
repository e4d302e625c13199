"""The SQLite store when the disk is full, the file deleted, the clock wrong: no answer, and soon.

Each test asserts that nothing was lost or torn; those that could hang, how long a call was held.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.errors import FluxlitError, StoreUnavailable
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.turnable import TurnableClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command: a full disk cannot be made here")
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(place: Path) -> Path:
    """Take all that is free on a disk."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 512):
            pass
    assert shutil.disk_usage(place).free == 0
    return filler


def test_full_disk(small_disk: Path, held: Any) -> None:
    """A commit that finds no room writes nothing; what was there is read; with room again all goes on."""
    store = SQLiteSessionStore(small_disk / "sessions.db")
    store.commit("a", COMMIT)
    filler = _fill(small_disk)
    large = Commit({f"y {n}": Change(encode(os.urandom(50_000))) for n in range(2)}, create=True)
    with held(), pytest.raises(StoreUnavailable, match=r"full|disk I/O"):
        store.commit("a", large)
    with held(), pytest.raises(StoreUnavailable, match=r"full|disk I/O"):
        store.commit("b", large)
    with held():
        record = store.load("a")
    assert record is not None
    assert (record.version, set(record.fields)) == (1, {"x"})
    filler.unlink()
    outcome = store.commit("a", large)
    assert outcome.version == 2
    assert store.load("b") is None
    assert set(store.get("a") or {}) == {"x", "y 0", "y 1"}
    store.close()
    with sqlite3.connect(small_disk / "sessions.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def test_full_disk_at_start(small_disk: Path, held: Any) -> None:
    """A store that cannot even make its file says so, and works once there is room."""
    filler = _fill(small_disk)
    with held(), pytest.raises(StoreUnavailable):
        SQLiteSessionStore(small_disk / "sessions.db")
    filler.unlink()
    store = SQLiteSessionStore(small_disk / "sessions.db")
    assert store.commit("a", COMMIT).version == 1
    store.close()


def test_deleted_amid_writers(store: SQLiteSessionStore, path: Path) -> None:
    """Files that are deleted under eight writers are made anew and whole; nobody hangs or fails."""
    stop, failed = threading.Event(), []

    def write(name: str) -> None:
        while not stop.is_set():
            try:
                store.commit(name, COMMIT)
            except StoreUnavailable:  # neither found nor absent: as good as a lock that was not free
                continue
            except FluxlitError as error:
                failed.append(error)

    writers = [threading.Thread(target=write, args=(f"{number}",)) for number in range(8)]
    for writer in writers:
        writer.start()
    for _ in range(10):
        for file in sorted(path.parent.iterdir(), reverse=True):  # its log and index first
            file.unlink(missing_ok=True)
        stop.wait(0.05)
    stop.set()
    for writer in writers:
        writer.join(30)
    assert failed == []
    assert store.commit("after", COMMIT).verdict == "committed"
    store.close()
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def test_clock_jumps(path: Path) -> None:
    """Back by a year nothing ends early and nothing fails; forward again only what is over has ended."""
    clock = TurnableClock()
    store = SQLiteSessionStore(path, clock=clock)
    store.commit("a", Commit({"x": Change(encode(1))}, 3600, 7200, create=True))
    store.delete("gone")
    clock.advance(-365 * 86_400)
    assert store.get("a") == {"x": 1}
    assert store.commit("a", Commit({"y": Change(encode(2))}, 3600)).version == 2
    assert store.commit("gone", COMMIT).verdict == "destroyed"
    assert store.purge() == 0
    store.commit("b", Commit({"x": Change(encode(1))}, 2 * 366 * 86_400, create=True))
    clock.advance(365 * 86_400 + 600)
    assert store.get("b") == {"x": 1}
    # Its idle deadline is by the clock of the last commit, which was a year behind.
    assert store.load("a") is None
    assert store.commit("a", COMMIT).verdict == "expired"
    assert store.commit("gone", COMMIT).verdict == "destroyed"
    store.close()
