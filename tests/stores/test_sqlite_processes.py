"""The SQLite store among processes: writers at once, writers that are killed, writers that fork."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import fluxlit_component
from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="no fork, no kill -9"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

_WRITERS = """
import os, sys, threading
from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore

path, process, threads, turns, busy = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
store = SQLiteSessionStore(path, busy_timeout_seconds=busy)

def tab(thread):
    for turn in range(turns):
        key = f"{process}.{thread}.{turn}"
        store.commit("shared", Commit({key: Change(encode(turn))}, create=True))
        os.write(1, f"{key}\\n".encode())  # acknowledged: from here on it must not be lost

running = [threading.Thread(target=tab, args=(number,)) for number in range(threads)]
for thread in running: thread.start()
for thread in running: thread.join()
"""


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteSessionStore]:
    """This process's own store on it, patient: how busy the machine is, is not what is under test."""
    store = SQLiteSessionStore(path, busy_timeout_seconds=20)
    yield store
    store.close()


def _writers(path: Path, log: Path, name: str, *, threads: int, turns: int) -> subprocess.Popen[bytes]:
    # The package's folder: the tests may run against a checkout that is not installed.
    root = str(Path(fluxlit_component.__file__).parent.parent)
    arguments = [sys.executable, "-c", _WRITERS, str(path), name, str(threads), str(turns), "30"]
    with log.open("ab") as out:
        return subprocess.Popen(arguments, stdout=out, env={**os.environ, "PYTHONPATH": root})


def _commit(key: str) -> Commit:
    return Commit({key: Change(encode(1))}, create=True)


def _in_a_fork(work: Callable[[], bool]) -> bool:
    child = multiprocessing.get_context("fork").Process(target=lambda: os._exit(0 if work() else 1))
    child.start()
    child.join(timeout=60)
    return child.exitcode == 0


def test_processes_lose_nothing(path: Path, tmp_path: Path) -> None:
    """Four processes of eight threads that write keys of their own into one session lose none."""
    logs = [tmp_path / f"{number}.log" for number in range(4)]
    processes = [_writers(path, log, str(number), threads=8, turns=25) for number, log in enumerate(logs)]
    assert [process.wait(timeout=120) for process in processes] == [0] * 4
    store = SQLiteSessionStore(path)
    record = store.load("shared")
    store.close()
    assert record is not None
    assert set(record.fields) == {f"{p}.{t}.{n}" for p in range(4) for t in range(8) for n in range(25)}
    assert sorted(field.version for field in record.fields.values()) == list(range(1, 801))


def test_killed_writers_lose_nothing_acknowledged(path: Path, tmp_path: Path) -> None:
    """However often writers are killed amid their work, what they had acknowledged is there."""
    log = tmp_path / "acknowledged.log"
    for life in range(4):
        writers = [_writers(path, log, f"{life}-{twin}", threads=4, turns=100_000) for twin in range(2)]
        begin, size = time.monotonic(), log.stat().st_size
        while log.stat().st_size < size + 4000 and time.monotonic() < begin + 60:
            time.sleep(0.01)
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.wait(timeout=10)
    store = SQLiteSessionStore(path)
    found = set(store.get("shared") or {})
    store.close()
    acknowledged = log.read_text().splitlines()
    assert len(acknowledged) > 800
    assert set(acknowledged) <= found


def test_fork_of_an_idle_store(store: SQLiteSessionStore) -> None:
    """A child uses the store of its parent through connections of its own; both see each other."""
    store.commit("a", _commit("parent"))

    def child() -> bool:
        store.commit("a", _commit("child"))
        return store.get("a") == {"parent": 1, "child": 1}

    assert _in_a_fork(child)
    assert store.get("a") == {"parent": 1, "child": 1}
    store.commit("a", _commit("parent again"))
    assert len(store.get("a") or {}) == 3


def test_fork_amid_writes(store: SQLiteSessionStore) -> None:
    """Children that are forked while other threads write neither block nor lose what the parent wrote."""
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            store.commit("parent", _commit(f"{written % 50}"))
            written += 1
            time.sleep(0.0005)  # a breath for the others: fairness is not under test

    writer = threading.Thread(target=write)
    writer.start()
    try:
        children = [
            _in_a_fork(lambda n=n: store.commit(f"child {n}", _commit("x")).version == 1) for n in range(5)
        ]
    finally:
        stop.set()
        writer.join()
    record = store.load("parent")
    assert children == [True] * 5
    assert record is not None
    assert record.version == written
    assert all(store.get(f"child {number}") == {"x": 1} for number in range(5))


def test_fork_waits_for_a_transaction(path: Path) -> None:
    """A fork waits until no thread is in a transaction: a child would believe in its lock for ever."""
    store, inside = SQLiteSessionStore(path, busy_timeout_seconds=20), threading.Event()

    def linger(_: sqlite3.Connection) -> None:
        inside.set()
        time.sleep(0.3)

    writer = threading.Thread(target=store._file.run, args=(linger,), kwargs={"writes": True})
    writer.start()
    inside.wait(timeout=10)
    assert _in_a_fork(lambda: store.commit("a", _commit("x")).version == 1)
    writer.join()
    store.close()


def test_fork_keeps_no_connection_of_the_parent(store: SQLiteSessionStore) -> None:
    """No idle connection crosses a fork, and one in use by the parent is not touched by the child."""
    store.get("a")
    pool = store._file._pool
    assert pool._idle

    def child() -> bool:
        inherited = list(pool._idle)
        store.get("a")
        return not inherited and len(pool._idle) == 1

    assert _in_a_fork(child)
