"""Whether the memory store stays as fast with a hundred thousand sessions as with a thousand."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from e2e.bench.report import print_heading, print_line
from fluxlit_component.identifier import new_session_id
from fluxlit_component.stores.memory import InMemorySessionStore

STATE = {f"key{i}": "some text, as a visitor types it, " * 3 for i in range(10)}
TARGET = 2.0
BATCH = 50


def bench(*, quick: bool) -> None:
    """Print the table. Both stores are full: the third line drops one session for each new one."""
    few, many = (200, 2_000) if quick else (1_000, 100_000)
    small, large = _Filled(few), _Filled(many)
    print_heading(f"Memory store, {many} sessions", floor=f"the same with {few} sessions")
    for name, of in (("get", _Filled.get), ("set", _Filled.set), ("set of a new session", _Filled.set_new)):
        floor, ours = [], []
        for _ in range(10 if quick else 200):
            floor.append(_batch(of, small))
            ours.append(_batch(of, large))
        print_line(name, floor, ours, target=TARGET)


class _Filled:
    """A store that holds as much as it may."""

    def __init__(self, sessions: int) -> None:
        self._store = InMemorySessionStore(max_entries=sessions)
        self._ids = [new_session_id() for _ in range(sessions)]
        self._random = random.Random(1)
        for sid in self._ids:
            self._store.set(sid, STATE)

    def get(self) -> None:
        if self._store.get(self._random.choice(self._ids)) is None:
            raise RuntimeError("a session is missing")

    def set(self) -> None:
        self._store.set(self._random.choice(self._ids), STATE)

    def set_new(self) -> None:
        self._store.set(new_session_id(), STATE)


def _batch(of: Callable[[_Filled], None], store: _Filled) -> float:
    begun = time.perf_counter()
    for _ in range(BATCH):
        of(store)
    return (time.perf_counter() - begun) / BATCH
