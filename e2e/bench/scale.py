"""What one visitor costs in CPU, memory, network and disk: the figures from which docs/scale.md reckons.

CPU time, not elapsed time, so that a busy machine changes little. `python -m e2e.bench scale`; not part of
`make bench`, because nothing here has a floor or a target.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import redis
from typing_extensions import LiteralString

from e2e.bench.backends import open_backend, started_backends
from e2e.bench.stores import SavedTab
from e2e.bench.visitor import Visitor
from fluxlit_component.state.record import Outcome
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.tab.tab import Tab

SIZE = 10_000
"""Bytes of state: 20 texts of 500."""
_TICKS = os.sysconf("SC_CLK_TCK")


def bench(*, quick: bool) -> None:
    """Print one figure a line."""
    visitors, saves = (20, 50) if quick else (1000, 5000)
    print(f"\nOne visitor with {SIZE // 1000} KB of state in 20 keys")
    _say("app: our memory beside the state itself", _memory(visitors) / 1e3, "KB")
    for name, cost in zip(("unchanged", "that saves one key"), _runs(saves // 5), strict=True):
        _say(f"app: our CPU in a run {name}, SQLite", cost * 1e6, "us")
    with started_backends() as places:
        for name, place in places.items():
            if name != "MariaDB":  # whose server does not tell what it has spent
                _Backend(name, place).measure(visitors, saves)


def _memory(visitors: int) -> float:
    """Bytes that a tab holds for one visitor: the last saved form of each key, and what it knows of it."""
    states = [SavedTab(InMemorySessionStore(), SIZE).state for _ in range(visitors)]
    kept = [_tab_of(states[0])]  # what is made once is no visitor's
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept += map(_tab_of, states)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / visitors


def _tab_of(state: dict[str, str]) -> Tab:
    tab = Tab("fluxlit_sid")
    base = tab.known.base
    base.settle(base.diff(state), Outcome("committed", 1))
    return tab


def _runs(rounds: int) -> tuple[float, float]:
    """CPU seconds of ours in a run that changes nothing, and in one that changes one of 20 keys."""
    spent = [0.0, 0.0]
    with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        visitor = Visitor(Path(folder), {}, clock=time.process_time)
        visitor.values = {f"key {i}": "x" * (SIZE // 20) for i in range(20)}
        visitor.run()
        for number in range(rounds):
            spent[0] += visitor.run()
            visitor.values = {f"key {number % 20}": f"{number:06}" + "x" * (SIZE // 20)}
            spent[1] += visitor.run()
    return spent[0] / rounds, spent[1] / rounds


class _Backend:
    """One backend under visitors who save."""

    def __init__(self, name: str, place: str) -> None:
        self._name, self._place = name, place

    def measure(self, visitors: int, saves: int) -> None:
        """Print what it holds for a visitor and what a save and a page load cost."""
        with closing(open_backend(self._name, self._place)) as store:
            before = self._held()
            tabs = [SavedTab(store, SIZE) for _ in range(visitors)]
            self._figure("held for one session", (self._held() - before) / visitors / 1e3, "KB")

            def save(number: int) -> None:
                tab = tabs[number % visitors]
                tab.change(number // visitors)
                tab.save()

            def load(number: int) -> None:
                tabs[number % visitors].load()

            self._costs("save of one key", save, saves)
            self._costs("page load", load, saves // 5)

    def _costs(self, what: str, act: Callable[[int], None], times: int) -> None:
        server, sent = self._server_seconds(), self._sent()
        mine = time.process_time()
        for number in range(times):
            act(number)
        mine = time.process_time() - mine
        self._figure(f"{what}, CPU of the app", mine / times * 1e6, "us")
        if self._name != "SQLite":
            self._figure(f"{what}, CPU of the server", (self._server_seconds() - server) / times * 1e6, "us")
        if self._name == "Redis":
            self._figure(f"{what}, network both ways", (self._sent() - sent) / times / 1e3, "KB")
        if self._name == "PostgreSQL" and what.startswith("save"):
            self._figure(f"{what}, write-ahead log", (self._sent() - sent) / times / 1e3, "KB")

    def _held(self) -> float:
        if self._name == "Redis":
            return float(self._redis("memory")["used_memory"])
        if self._name == "SQLite":
            with closing(sqlite3.connect(self._place)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return Path(self._place).stat().st_size
        return self._sql("SELECT pg_database_size(current_database())")

    def _sent(self) -> float:
        """Bytes that went to and from Redis, or into the log of PostgreSQL, so far."""
        if self._name == "Redis":
            told = self._redis("stats")
            return float(told["total_net_input_bytes"] + told["total_net_output_bytes"])
        if self._name == "PostgreSQL":
            return self._sql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return 0.0

    def _server_seconds(self) -> float:
        if self._name == "Redis":
            told = self._redis("cpu")
            return float(told["used_cpu_sys"] + told["used_cpu_user"])
        if self._name == "PostgreSQL":
            return sum(map(_cpu_seconds, self._processes()))
        return 0.0

    def _processes(self) -> list[int]:
        with psycopg.connect(self._place.replace("+psycopg", "")) as connection:
            return [pid for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity")]

    def _redis(self, section: str) -> dict[str, float]:
        with redis.Redis.from_url(self._place) as client:
            told: dict[str, float] = client.info(section)
            return told

    def _sql(self, query: LiteralString) -> float:
        with psycopg.connect(self._place.replace("+psycopg", "")) as connection:
            (number,) = connection.execute(query).fetchone() or (0,)
            return float(number)

    def _figure(self, what: str, value: float, unit: str) -> None:
        _say(f"{self._name}: {what}", value, unit)


def _cpu_seconds(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def _say(what: str, value: float, unit: str) -> None:
    print(f"  {what:56} {value:9.1f} {unit}", flush=True)
