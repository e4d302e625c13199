"""What ten thousand sessions take: memory in the process, bytes on the disk.

A session here has ten keys of a hundred bytes. Memory is what Python has allocated, by tracemalloc.
"""

from __future__ import annotations

import gc
import json
import tempfile
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import fluxlit.url_session

from e2e.bench.report import print_table
from fluxlit_component.codec import encode
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.tab.tab import Tab

KEYS = 10


def bench(*, quick: bool) -> None:
    """Print the table."""
    sessions = 500 if quick else 10_000
    raw = sum(len(json.dumps(_state(number))) for number in range(sessions))
    measured = {
        "floor: the states as JSON texts in a dict": _memory(_texts, sessions),
        "floor: the states as dicts in a dict": _memory(_dicts, sessions),
        "original functions, its memory store": _memory(_original, sessions),
        "ours, memory store": _memory(_ours, sessions),
        "ours, a tab that is open, on any store": _memory(partial(_tabs, _states(sessions)), sessions),
        "ours, SQLite, file on the disk": _disk(sessions),
    }
    print_table(
        f"{sessions} sessions of {KEYS} keys, {raw / 1e6:.1f} MB as JSON",
        note="memory by tracemalloc, unless on the disk; per session, and of the JSON",
        columns=("", "in all", "per session", "of the JSON"),
        rows=[
            (name, f"{size / 1e6:.1f} MB", f"{size / sessions / 1e3:.2f} kB", f"{size / raw:.2f}")
            for name, size in measured.items()
        ],
    )


def _state(number: int) -> dict[str, Any]:
    """Every session's own objects, as in an app: nothing is shared."""
    return {f"key{i}": f"{number} {i} " + "some text, as a visitor types it, " * 3 for i in range(KEYS)}


def _memory(fill: Callable[[int], object], sessions: int) -> int:
    gc.collect()
    tracemalloc.start()
    kept = fill(sessions)
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return size


def _texts(sessions: int) -> object:
    return {new_session_id(): json.dumps(_state(number)) for number in range(sessions)}


def _dicts(sessions: int) -> object:
    return {new_session_id(): _state(number) for number in range(sessions)}


def _original(sessions: int) -> object:
    store = fluxlit.url_session.InMemorySessionStore(max_entries=sessions)
    for number in range(sessions):
        store.set(new_session_id(), _state(number))
    return store


def _ours(sessions: int) -> object:
    store = InMemorySessionStore(max_entries=sessions)
    for number in range(sessions):
        store.set(new_session_id(), _state(number))
    return store


def _states(sessions: int) -> list[dict[str, Any]]:
    return [_state(number) for number in range(sessions)]


def _tabs(states: list[dict[str, Any]], sessions: int) -> object:
    """What the server holds of a tab while it is open; the state itself is Streamlit's, and not in it."""
    tabs = []
    store = InMemorySessionStore(max_entries=1)
    for state in states[:sessions]:
        tab = Tab("fluxlit_sid")
        diff = tab.known.base.diff(state)
        tab.known.base.settle(diff, store.commit(tab.ids.offer, Commit(diff.changes, create=True)))
        tabs.append(tab)
    return tabs


def _disk(sessions: int) -> int:
    with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        with closing(SQLiteSessionStore(Path(folder) / "sessions.db")) as store:
            for number in range(sessions):
                changes = {key: Change(encode(value)) for key, value in _state(number).items()}
                store.commit(new_session_id(), Commit(changes, create=True))
        return sum(path.stat().st_size for path in Path(folder).iterdir())
