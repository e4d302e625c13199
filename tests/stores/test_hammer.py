"""Every shared store under processes and threads that write at once, are killed, and race each other.

0 lost: what was acknowledged is there. 0 torn: what one commit wrote is there as a whole or not at all.
0 revived: what was destroyed stays so. 0 left behind: what is written amid a rotation goes along with it.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import fluxlit_component
from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.stores.sql import SQLSessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")

PROCESSES = 4
STORES: dict[str, Callable[[str], VersionedStore]] = {
    # Patient: how busy the machine is, is not what is under test.
    "sqlite": lambda place: SQLiteSessionStore(place, busy_timeout_seconds=30),
    "redis": lambda place: RedisSessionStore(place, timeout_seconds=30),
    "postgres": lambda place: SQLSessionStore(place, timeout_seconds=30),
    "mariadb": lambda place: SQLSessionStore(place, timeout_seconds=30),
}

_WORKER = """
import importlib.util, os, sys, threading, time
from fluxlit_component.codec import decode, encode
from fluxlit_component.state.record import Change, Commit

spec = importlib.util.spec_from_file_location("hammer", sys.argv[1])
hammer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hammer)
store = hammer.STORES[sys.argv[2]](sys.argv[3])

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def write(me, sid, turns):
    base, count = 0, 0
    for turn in range(int(turns)):
        mark = encode(f"{me}.{turn}")
        changes = {f"left {me}.{turn}": Change(mark), f"right {me}.{turn}": Change(mark)}
        while True:
            changes["count"] = Change(encode(count + 1), base, guarded=True)
            outcome = store.commit(sid, Commit(changes, create=True))
            if len(changes) > 1:
                say("wrote", f"{me}.{turn}")
                changes = {}
            if not outcome.refused:
                break
            there = outcome.refused["count"]
            base, count = (there.version, decode(there.data)) if there else (0, 0)
        base, count = outcome.version, count + 1
        say("counted", f"{me}.{turn}")

def besiege(me, sid):
    verdicts = []
    while "destroyed" not in verdicts[-3:-2]:
        verdicts.append(store.commit(sid, Commit({me: Change(b"1")}, create=True)).verdict)
    say("saw", "sorted" if verdicts == sorted(verdicts) else "revived")

def is_of(turn, key):
    return key.startswith("left ") and key.split(".")[2] == str(turn)

def rotate(me, sid, turns):
    for turn in range(int(turns)):
        old, new = f"{sid}{turn}", f"{sid}{turn + 1}"
        if me.endswith(".0"):
            # On a busy machine all turns might else be over before anybody has written under the second id.
            while (record := store.load(old)) and not any(is_of(turn, key) for key in record.fields):
                time.sleep(0.005)
            while store.commit(old, Commit({})).verdict != "destroyed":
                if store.rename(old, new): say("rotated", turn)
            continue
        count, verdict = 0, "committed"
        while verdict == "committed":
            mark, count = f"{me}.{turn}.{count}", count + 1
            changes = {f"left {mark}": Change(encode(mark)), f"right {mark}": Change(encode(mark))}
            verdict = store.commit(old, Commit(changes, create=True)).verdict
            if verdict == "committed": say("wrote", mark)
        say("saw", verdict)
        say("saw", store.commit(old, Commit(changes, create=True)).verdict)

def take(me, first, last):
    for number in range(int(first), int(last)):
        if store.take(f"token {number}") is not None:
            say("took", number)

say("ready")
for line in sys.stdin:
    task, name, threads, *arguments = line.split()
    work = {"write": write, "besiege": besiege, "rotate": rotate, "take": take}[task]
    running = [threading.Thread(target=work, args=(f"{name}.{n}", *arguments)) for n in range(int(threads))]
    for thread in running: thread.start()
    for thread in running: thread.join()
    say("done")
"""


class Crew:
    """Processes with a store each, that do as they are told and say what they have done."""

    def __init__(self, kind: str, place: str) -> None:
        self.store = STORES[kind](place)
        self._command = [sys.executable, "-c", _WORKER, __file__, kind, place]
        self.said: list[tuple[str, ...]] = []
        self._news: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()
        self._processes: list[subprocess.Popen[str]] = []
        self._lives = 0

    def gather(self) -> None:
        """Start the processes that are not running, and wait until they can begin."""
        missing = PROCESSES - len(self._processes)
        root = str(Path(fluxlit_component.__file__).parent.parent)
        environment = {**os.environ, "PYTHONPATH": root}
        for _ in range(missing):
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
            )
            threading.Thread(target=self._listen, args=(process,), daemon=True).start()
            self._processes.append(process)
        self.wait_for("ready", missing)
        self.said.clear()

    def tell(self, task: str, threads: int, *arguments: object) -> None:
        """Give all of them the same work; each has a name that is never used again."""
        for process in self._processes:
            self._lives += 1
            assert process.stdin is not None
            process.stdin.write(" ".join(map(str, (task, self._lives, threads, *arguments))) + "\n")
            process.stdin.flush()

    def wait_for(self, word: str, times: int = PROCESSES) -> None:
        """Listen until a word was said that often."""
        while sum(words[0] == word for words in self.said) < times:
            self.said.append(self._news.get(timeout=60))

    def all_said(self, word: str) -> list[str]:
        """What followed a word, each time it was said."""
        while not self._news.empty():
            self.said.append(self._news.get())
        return [words[1] for words in self.said if words[0] == word]

    def kill(self) -> None:
        """Kill them all, whatever they are doing."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
            assert process.stdin is not None
            process.stdin.close()
        self._processes.clear()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if line.endswith("\n"):
                    self._news.put(tuple(line.split()))


@pytest.fixture(scope="module", params=STORES)
def crew(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """Four processes on one store."""
    if request.param == "sqlite":
        place = str(tmp_path_factory.mktemp("hammer") / "sessions.db")
    elif request.param == "redis":
        place = request.getfixturevalue("redis_server").url
    elif request.param == "mariadb":
        pytest.importorskip("pymysql")
        place = request.getfixturevalue("mariadb_server").url
    else:
        place = request.getfixturevalue("postgres_server").url
        engine = sa.create_engine(place)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS fluxlit_session, fluxlit_field")
        engine.dispose()
    crew = Crew(request.param, place)
    for sid in ("shared", "mortal", *(f"token {number}" for number in range(30))):
        crew.store.set(sid, {})
    yield crew
    crew.kill()
    crew.store.close()


def _check(crew: Crew, sid: str) -> Any:
    """Nothing acknowledged is missing, nothing is half there; return the values."""
    values = crew.store.get(sid)
    assert values is not None
    left = {key.removeprefix("left "): value for key, value in values.items() if key.startswith("left ")}
    right = {key.removeprefix("right "): value for key, value in values.items() if key.startswith("right ")}
    assert left == right == {mark: mark for mark in left}
    assert set(crew.all_said("wrote")) <= set(left)
    return values


def test_writers_lose_nothing(crew: Crew) -> None:
    """Four processes of four threads: keys of their own are all there, and a shared counter is exact."""
    crew.gather()
    crew.tell("write", 4, "shared", 6)
    crew.wait_for("done")
    values = _check(crew, "shared")
    assert len(crew.all_said("wrote")) == 96
    assert values["count"] == len(crew.all_said("counted")) == 96
    record = crew.store.load("shared")
    assert record is not None
    assert record.version == max(field.version for field in record.fields.values())


def test_one_takes(crew: Crew) -> None:
    """Four processes of thirteen threads: each of thirty tokens has one taker."""
    crew.gather()
    crew.tell("take", 13, 0, 30)
    crew.wait_for("done")
    assert sorted(map(int, crew.all_said("took"))) == list(range(30))


def test_destroyed_stays_destroyed(crew: Crew) -> None:
    """A session that is destroyed amid the commits of sixteen threads is gone at once and for good."""
    crew.gather()
    crew.store.set("besieged", {})
    crew.tell("besiege", 4, "besieged")
    time.sleep(0.2)
    crew.store.delete("besieged")
    assert crew.store.load("besieged") is None
    crew.wait_for("done")
    assert crew.all_said("saw") == ["sorted"] * 16
    assert crew.store.load("besieged") is None
    assert crew.store.commit("besieged", Commit({"x": Change(encode(1))}, create=True)).verdict == "destroyed"


def test_rotation_takes_every_commit_along(crew: Crew) -> None:
    """A session is rotated eight times by four processes, amid the commits of twelve threads.

    One process wins each time; what was acknowledged under any id is there under the last one, and nothing is
    written under an earlier one any more.
    """
    crew.gather()
    crew.store.set("turn0", {})
    crew.tell("rotate", 4, "turn", 8)
    crew.wait_for("done")
    _check(crew, "turn8")
    assert sorted(map(int, crew.all_said("rotated"))) == list(range(8))
    assert crew.all_said("saw") == ["destroyed"] * (8 * 2 * 12)
    assert {mark.split(".")[2] for mark in crew.all_said("wrote")} == {*map(str, range(8))}
    for turn in range(8):
        assert crew.store.load(f"turn{turn}") is None
        assert crew.store.commit(f"turn{turn}", Commit({}, create=True)).verdict == "destroyed"


def test_killed_writers_lose_nothing_acknowledged(crew: Crew) -> None:
    """Processes that are killed amid their writing: all they acknowledged is there, and nothing is torn."""
    crew.gather()
    crew.tell("write", 4, "mortal", 10_000)
    crew.wait_for("counted", 60)
    crew.kill()
    values = _check(crew, "mortal")
    counted = len(crew.all_said("counted"))
    # A thread that was killed may have counted and not said so.
    assert counted <= values["count"] <= counted + PROCESSES * 4
    assert crew.store.commit("mortal", Commit({"after": Change(encode(1))})).verdict == "committed"
