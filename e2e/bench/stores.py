"""What saving and loading a session costs on each backend, against the plainest write of the whole state.

A save is all that a run does: find what changed, encode it, commit it. The commit, which is the store's part,
is what is like the plain write, with the bytes being there already. The values are texts: what finding and
encoding others costs is the same on every backend, and measured in `values`. Servers are on this machine.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

from e2e.bench.backends import FLOORS, Floor, backends, open_backend, started
from e2e.bench.report import print_heading, print_line
from e2e.bench.throughput import print_throughput
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.base import VersionedStore

KEYS = 20
SERVERS = 2
CONNECTIONS = 2
SIZES = {"1 KB": 1_000, "10 KB": 10_000, "100 KB": 100_000, "1 MB": 1_000_000}
TARGETS: dict[str, tuple[float | None, ...]] = {
    "Redis": (1.7, 1.7, 1.0, 1.0),
    "SQLite": (3.0, 3.0, 1.3, 1.3),
    "PostgreSQL": (3.0, 3.0, 1.5, 1.5),
    "MariaDB": (3.0, 3.0, 1.5, 1.5),
}
"""Backend -> for each size, how many floors a commit of one changed key may cost."""
LOADS = {"SQLite": 6.5, "Redis": 1.95, "PostgreSQL": 2.0, "MariaDB": 2.0}
"""How many floors a load may cost: a session of 20 rows, decoded, against one row that nobody decodes."""
DAY = 86_400.0


def bench(*, quick: bool) -> None:
    """Print two tables for each backend and the throughput."""
    for name in backends():
        measured = {size: _Samples() for size in SIZES}
        with ExitStack() as stack:
            for _ in range(1 if quick else SERVERS):
                stack.close()
                place = stack.enter_context(started(name))
                for size, number in SIZES.items():
                    measured[size].take(name, place, number, rounds=_rounds(number, quick=quick))
            _print_samples(name, measured)
            print_throughput(name, place, quick=quick)


def _print_samples(name: str, measured: dict[str, _Samples]) -> None:
    print_heading(f"{name}, {KEYS} keys in all", floor=FLOORS[name].words)
    for (size, of), target in zip(measured.items(), TARGETS[name], strict=True):
        print_line(f"{size}, one key committed", of.written, of.committed, target=target)
    for size, of in measured.items():
        print_line(f"{size}, one key found, encoded, committed", of.written, of.saved, target=None)
    for size, of in measured.items():
        print_line(f"{size}, nothing changed", of.written, of.unchanged, target=1.0)
    print_heading(f"{name}, a page load", floor="the plain client reads the whole state, undecoded")
    for size, of in measured.items():
        print_line(f"{size}, loaded and decoded", of.read, of.hydrated, target=LOADS[name])


def _rounds(size: int, *, quick: bool) -> int:
    return 1 if quick else 100 if size <= 100_000 else 15


class _Samples:
    """Seconds of each kind for one size of state, taken in turn.

    Over several servers and connections, each used for long as those of an app are: with them it varies
    whether a SET of 100 KB takes 100 or 150 us.
    """

    def __init__(self) -> None:
        self.written: list[float] = []
        self.committed: list[float] = []
        self.saved: list[float] = []
        self.unchanged: list[float] = []
        self.read: list[float] = []
        self.hydrated: list[float] = []

    def take(self, name: str, place: str, size: int, *, rounds: int) -> None:
        """Measure on this server."""
        for _ in range(CONNECTIONS):
            with closing(FLOORS[name](place)) as floor, closing(open_backend(name, place)) as store:
                self._sample(store, floor, size, rounds)

    def _sample(self, store: VersionedStore, floor: Floor, size: int, rounds: int) -> None:
        tab = SavedTab(store, size)
        kinds = (self.written, self.committed, self.saved, self.unchanged, self.read, self.hydrated)
        begun = len(self.written)
        for number in range(rounds + 5):
            tab.change(number)
            data = tab.whole()
            acts = {
                "written": lambda data=data: floor.write("a visitor", data),
                "saved": tab.save,
                "read": lambda: floor.read("a visitor"),
            }
            # None always comes after the same other one: a server is slower or faster after some.
            for name in random.sample([*acts], len(acts)):
                getattr(self, name).append(_seconds(acts[name]))
            self.committed.append(tab.committed)
            self.unchanged.append(_seconds(tab.save))
            self.hydrated.append(_seconds(tab.load))
        for samples in kinds:
            del samples[begun : begun + 5]  # warm-up: the record begins, scripts and statements are prepared


class SavedTab:
    """A tab with a state of `size` bytes in all."""

    def __init__(self, store: VersionedStore, size: int) -> None:
        self.store, self.sid, self.base = store, new_session_id(), Base()
        part = size // KEYS
        text = "Twelve kings of old sailed out to sea. " * (part // 39 + 1)
        self.state = {f"key {i}": text[:part] for i in range(KEYS)}
        self.committed = 0.0
        """Seconds of the last save that were the store's."""
        self.save()

    def change(self, number: int) -> None:
        """One text is another, and of another length: what follows it in the whole moves, as mostly."""
        key = f"key {number % KEYS}"
        mark = str(10 ** (number // KEYS % 5))
        self.state[key] = mark + self.state[key].lstrip("10")

    def save(self) -> None:
        """What a run does on its way out."""
        diff = self.base.diff(self.state)
        if diff.changes:
            commit = Commit(diff.changes, idle_seconds=DAY, max_age_seconds=30 * DAY, create=True)
            begun = time.perf_counter()
            outcome = self.store.commit(self.sid, commit)
            self.committed = time.perf_counter() - begun
            self.base.settle(diff, outcome)

    def load(self) -> None:
        """What a page load does."""
        record = self.store.load(self.sid)
        if record is None or Base().adopt(record) != self.state:
            raise RuntimeError("what came back is not what was saved")

    def whole(self) -> bytes:
        """All of the state in one piece."""
        return b"".join(self.base.data_of(key) or b"" for key in self.base.held)


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
