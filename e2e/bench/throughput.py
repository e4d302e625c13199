"""How many saves a second each backend takes, from several threads and from several processes.

Each thread is a visitor of its own who changes one of 20 keys of a 10 KB state. The floor is as many
threads or processes that write the whole state with the plainest client, a connection each.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from e2e.bench.backends import FLOORS, open_backend
from e2e.bench.report import print_heading, print_line
from fluxlit_component.codec import encode
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.record import Change, Commit

ROOT = Path(__file__).parents[2]
THREADS = (1, 2, 4, 8)
PROCESSES = (2, 4)
KEYS, SIZE = 20, 10_000
ROUNDS = 3
TARGETS = {"SQLite": 3.0, "Redis": 2.0, "PostgreSQL": 3.0, "MariaDB": 3.0}
"""How many floors a save may take, as for one thread."""


def print_throughput(name: str, place: str, *, quick: bool) -> None:
    """Print the mean time from one save to the next, all threads or processes together."""
    seconds = 0.05 if quick else 0.2
    title = f"{name}, saves by many at once: from one to the next"
    print_heading(title, floor=f"the same with {FLOORS[name].words}")
    processes = PROCESSES if not quick else PROCESSES[:1] if name == "SQLite" else ()
    cases: list[tuple[str, Callable[[str, float], float]]] = [
        *((f"{n} thread{'s' * (n > 1)}", _by_threads(name, place, n)) for n in THREADS),
        *((f"{n} processes", _by_processes(name, place, n)) for n in processes),
    ]
    for title, run in cases:
        floor, ours = [], []
        for _ in range(1 if quick or title.endswith("processes") else ROUNDS):
            floor.append(1 / run("floor", seconds))
            ours.append(1 / run("ours", seconds))
        rate = round(1 / sorted(ours)[len(ours) // 2])
        print_line(f"{title}, {rate} saves a second", floor, ours, target=TARGETS[name])


def _by_threads(name: str, place: str, threads: int) -> Callable[[str, float], float]:
    return lambda kind, seconds: _rate(kind, name, place, threads, seconds)


def _rate(kind: str, name: str, place: str, threads: int, seconds: float) -> float:
    """Writes a second of so many threads of this process."""
    start = threading.Barrier(threads)

    def repeat(write: Callable[[int], object]) -> float:
        for number in range(5):
            write(number)
        start.wait()
        count, begun = 0, time.perf_counter()
        while (spent := time.perf_counter() - begun) < seconds:
            write(count)
            count += 1
        return count / spent

    with ThreadPoolExecutor(threads) as pool:
        if kind == "floor":
            writers = [_plain_writer(name, place) for _ in range(threads)]
            return sum(pool.map(repeat, writers))
        with closing(open_backend(name, place)) as store:

            def writer() -> Callable[[int], object]:
                sid, values = new_session_id(), [encode("x" * (SIZE // KEYS) + str(n)) for n in range(7)]
                every = {f"key {i}": Change(values[0]) for i in range(KEYS)}
                store.commit(sid, Commit(every, idle_seconds=3600, create=True))
                return lambda n: store.commit(
                    sid, Commit({f"key {n % KEYS}": Change(values[n % 7], n)}, idle_seconds=3600)
                )

            return sum(pool.map(repeat, [writer() for _ in range(threads)]))


def _plain_writer(name: str, place: str) -> Callable[[int], object]:
    floor, sid = FLOORS[name](place), new_session_id()
    blobs = [bytes([n]) * SIZE for n in range(7)]
    return lambda n: floor.write(sid, blobs[n % 7])


def _by_processes(name: str, place: str, processes: int) -> Callable[[str, float], float]:
    def run(kind: str, seconds: float) -> float:
        command = [sys.executable, "-m", "e2e.bench.throughput", kind, name, place, str(seconds)]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        crew = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(processes)]
        for process in crew:  # all of them have imported what they need
            _ = process.stdout and process.stdout.readline()
        for process in crew:
            _ = process.stdin and process.stdin.write("go\n")
            _ = process.stdin and process.stdin.flush()
        return sum(float(process.communicate()[0]) for process in crew)

    return run


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    print(_rate(sys.argv[1], sys.argv[2], sys.argv[3], 1, float(sys.argv[4])))
