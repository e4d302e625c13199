"""What keeping rich values costs: finding what changed, encoding it, committing it to SQLite.

One of several keys changes between two measurements. No Streamlit in it: that part is in `run`.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pandas as pd

from e2e.bench.report import print_heading, print_line
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.sqlite import SQLiteSessionStore

KEYS = 20
STILL = 0.0002
"""Seconds that an unchanged run over 1 MB of immutable values may take."""


def bench(*, quick: bool) -> None:
    """Print the tables."""
    rounds = 3 if quick else 40
    samples = {name: _Samples(make, rounds=rounds) for name, make in _STATES.items()}
    for title, floor in (
        ("json.dumps of the whole state (a frame: its own to_json)", "json"),
        ("a raw upsert of the bytes that changed", "upsert"),
    ):
        print_heading("One key changed: found, encoded, committed", floor=title)
        for name, of in samples.items():
            print_line(name, getattr(of, floor), of.changed, target=None)
    print_heading("Nothing changed", floor="json.dumps of the whole state (a frame: its own to_json)")
    for name, of in samples.items():
        print_line(name, of.json, of.unchanged, target=None)
    texts = {f"text {i}": chr(97 + i) * 50_000 for i in range(KEYS)}
    print_heading("Nothing changed in 1 MB of immutable values", floor="what it may take")
    print_line("20 texts", [STILL], _unchanged(texts, rounds=rounds), target=1.0)
    rows = [{"id": i, "name": f"row {i}", "value": i * 0.5, "ok": i % 2 == 0} for i in range(21_000)]
    print_heading("Nothing changed in 1 MB of rows", floor="one msgpack encoding of the list")
    packed = [_seconds(lambda: msgpack.packb(rows)) for _ in range(rounds)]
    print_line("a list of 21 000 dicts", packed, _unchanged({"rows": rows}, rounds=rounds), target=1.0)


def _texts_and_numbers(size: int) -> dict[str, Any]:
    part = size // KEYS
    text = "Twelve kings of old sailed out to sea. " * (part // 39 + 1)
    return {f"key {i}": text[: part - 2] + f"{i:02}" for i in range(KEYS // 2)} | {
        f"numbers {i}": [n * 1.5 for n in range(part // 9)] for i in range(KEYS // 2)
    }


def _with_frame() -> dict[str, Any]:
    numbers = np.random.default_rng(1).random((10_000, 2))
    frame = pd.DataFrame({"a": numbers[:, 0], "b": numbers[:, 1], "n": range(10_000)})
    return {"frame": frame.assign(t=[f"row {i}" for i in range(10_000)]), "other": 1}


def _with_chat() -> dict[str, Any]:
    text = "What a visitor asks, or what a model answers, in a sentence or two. " * 4
    return {"chat": [{"role": "user", "content": f"{i} {text}"} for i in range(200)], "other": 1}


_STATES: dict[str, Callable[[], dict[str, Any]]] = {
    "10 KB of texts and numbers": lambda: _texts_and_numbers(10_000),
    "100 KB of texts and numbers": lambda: _texts_and_numbers(100_000),
    "1 MB of texts and numbers": lambda: _texts_and_numbers(1_000_000),
    "a frame of 10 000 x 4, one cell": _with_frame,
    "a chat of 200 messages, one more": _with_chat,
}


class _Samples:
    """Seconds of each kind for one state, taken in turn."""

    def __init__(self, make: Callable[[], dict[str, Any]], *, rounds: int) -> None:
        self.json: list[float] = []
        self.upsert: list[float] = []
        self.changed: list[float] = []
        self.unchanged: list[float] = []
        with _tab(make()) as (state, save), _raw() as upsert:
            for number in range(rounds):
                _change(state, number)
                self.json.append(_seconds(lambda: _as_json(state)))
                begun = time.perf_counter()
                data = save()
                self.changed.append(time.perf_counter() - begun)
                self.upsert.append(_seconds(partial(upsert, data)))
                self.unchanged.append(_seconds(save))


def _unchanged(state: dict[str, Any], *, rounds: int) -> list[float]:
    with _tab(state) as (_, save):
        return [_seconds(save) for _ in range(rounds)]


@contextmanager
def _tab(state: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Callable[[], list[bytes]]]]:
    """A tab that has saved `state`; what it gives saves again and returns the bytes that were written."""
    with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        store, sid, base = SQLiteSessionStore(Path(folder) / "sessions.db"), new_session_id(), Base()

        def save() -> list[bytes]:
            diff = base.diff(state)
            if diff.skipped:
                raise RuntimeError(f"not all of it was measured: {diff.skipped}")
            if diff.changes:
                base.settle(diff, store.commit(sid, Commit(diff.changes, create=True)))
            return [change.data for change in diff.changes.values() if change.data is not None]

        with closing(store):
            for _ in range(3):
                save()
            yield state, save


@contextmanager
def _raw() -> Iterator[Callable[[list[bytes]], object]]:
    with (
        tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder,
        closing(sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE session (name INTEGER PRIMARY KEY, data BLOB)")
        sql = "INSERT INTO session VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data"
        yield lambda data: connection.executemany(sql, enumerate(data))


def _change(state: dict[str, Any], number: int) -> None:
    if "frame" in state:
        state["frame"].loc[number, "n"] = -number - 1
    elif "chat" in state:
        state["chat"].append({"role": "assistant", "content": f"answer {number}"})
    else:
        state[f"numbers {number % (KEYS // 2)}"][0] = float(number + 1) * 7.25


def _as_json(state: dict[str, Any]) -> str:
    return json.dumps({k: v.to_json() if isinstance(v, pd.DataFrame) else v for k, v in state.items()})


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
