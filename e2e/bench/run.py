"""What one script run costs with us, against a raw SQLite upsert of the whole state as one JSON blob.

Three floors, because "raw upsert" can be meant in three ways. The strictest writes JSON that somebody else
has made; the mildest waits for the disk at each commit, as `sqlite3` does unless told otherwise, and ours
does not.

Ours is all of `url_session()` and of leaving its block: settings, put back, look for changes, commit. Not
mounting the bridge: that is Streamlit drawing one more element.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from e2e.bench.report import print_heading, print_line
from e2e.bench.visitor import Visitor

KEYS = 20
TEXTS = 4
UNCHANGED = {1: None, 10: 1.0, 100: 1.0}
"""Kilobytes of state -> target of a run that changed nothing, in floors. At 1 KB there is none."""
CHANGED = {1: None, 10: 3.0, 100: 1.5}
"""The same of a run with one change."""
_OURS = ("journal_mode = WAL", "synchronous = NORMAL")


def bench(*, quick: bool) -> None:
    """Print what the targets refer to, and ours against the bare upsert for information."""
    samples = {size: _Samples(size, rounds=20 if quick else 400) for size in CHANGED}
    title = f"One run, {KEYS} keys in all, SQLite (WAL, synchronous=NORMAL, open)"
    print_heading(
        title,
        floor="json.dumps of the whole state and its upsert, as it needs the JSON; the targets refer to this",
    )
    for size, of in samples.items():
        print_line(f"{size} KB, nothing changed", of.dumps_and_upsert, of.unchanged, target=UNCHANGED[size])
    for size, of in samples.items():
        print_line(f"{size} KB, one key changed", of.dumps_and_upsert, of.changed, target=CHANGED[size])
    others = {
        "upsert": "the upsert alone, as if the JSON were there already; for information",
        "durable": "the upsert alone as `sqlite3` does it by default, waiting for the disk; for information",
    }
    for name, floor in others.items():
        print_heading(title, floor=floor)
        for size, of in samples.items():
            print_line(f"{size} KB, nothing changed", getattr(of, name), of.unchanged, target=None)
        for size, of in samples.items():
            print_line(f"{size} KB, one key changed", getattr(of, name), of.changed, target=None)


class _Samples:
    """Seconds of each kind of run for one size of state, taken in turn."""

    def __init__(self, kilobytes: int, *, rounds: int) -> None:
        self.dumps_and_upsert: list[float] = []
        self.upsert: list[float] = []
        self.durable: list[float] = []
        self.unchanged: list[float] = []
        self.changed: list[float] = []
        state = _state(kilobytes * 1000 // KEYS)
        texts = {key: value for key, value in state.items() if key.startswith("text")}
        turning = [key for key in state if key not in texts]
        with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as name:
            floor, durable = _Floor(Path(name)), _Floor(Path(name), pragmas=())
            visitor = Visitor(Path(name), texts)
            visitor.values = dict(state)
            for _ in range(5):  # warm-up: the record begins, every value is seen for the first time
                visitor.run()
            for number in range(rounds):
                key = turning[number % len(turning)]
                state[key] = _changed(state[key], number)
                self.dumps_and_upsert.append(floor.dump_and_write(state))
                self.upsert.append(floor.write(json.dumps(state)))
                self.durable.append(durable.write(json.dumps(state)))
                self.unchanged.append(visitor.run())
                visitor.values[key] = state[key]
                self.changed.append(visitor.run())
            floor.close()
            durable.close()


class _Floor:
    """The least that keeping a session in SQLite costs."""

    def __init__(self, folder: Path, *, pragmas: Sequence[str] = _OURS) -> None:
        self._connection = sqlite3.connect(folder / f"floor{len(pragmas)}.db", isolation_level=None)
        for pragma in pragmas:
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE session (name TEXT PRIMARY KEY, data TEXT) WITHOUT ROWID")

    def dump_and_write(self, state: dict[str, Any]) -> float:
        begun = time.perf_counter()
        self._upsert("one visitor", json.dumps(state))
        return time.perf_counter() - begun

    def write(self, data: str) -> float:
        begun = time.perf_counter()
        self._upsert("another one", data)  # SQLite leaves a page alone whose content is the same
        return time.perf_counter() - begun

    def _upsert(self, name: str, data: str) -> None:
        self._connection.execute(
            "INSERT INTO session VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data",
            (name, data),
        )

    def close(self) -> None:
        self._connection.close()


def _state(size: int) -> dict[str, Any]:
    """A state as apps have it: typed texts, plain texts, lists of rows, numbers in lists and dicts."""
    text = "Twelve kings of old sailed out to sea. " * (size // 39 + 1)
    rows = [{"id": i, "name": f"row {i}", "ok": i % 2 == 0} for i in range(max(1, size // 42))]
    numbers = [i * 1.5 for i in range(max(1, size // 7))]
    plain = [text[:size], rows, numbers, {f"option {i}": i for i in range(max(1, size // 18))}]
    state: dict[str, Any] = {f"text{i}": text[: size - 1] + str(i) for i in range(TEXTS)}
    return state | {f"key{i}": plain[i % len(plain)] for i in range(KEYS - TEXTS)}


def _changed(value: Any, number: int) -> Any:
    """The same with a small change, which moves what follows it, as most changes do."""
    mark = 10 ** (number % 5)
    if isinstance(value, str):
        return f"{mark}{value.lstrip('10')}"
    if isinstance(value, dict):
        return {**value, next(iter(value)): mark}
    return [mark, *value[1:]]
