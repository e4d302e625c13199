"""Results that a page has taken and not saved yet.

What the session's record says of a task goes with the very commit that saves the state of the page that has
taken its result. So a result is in the state or still to be taken, whenever the process may die.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fluxlit_component.background import registry, writer
from fluxlit_component.background.record import ANY, name_of
from fluxlit_component.background.task import Task
from fluxlit_component.clock import monotonic
from fluxlit_component.state.record import Change
from fluxlit_component.stores.base import RecordStore

_ASSIGNING_SECONDS: Final = 0.1
"""How long the page that takes a result may need to put it into its state."""


@dataclass(frozen=True, eq=False)
class _Taking:
    task: Task
    store: RecordStore | None
    moment: float
    thread: int


class Taken:
    """Those of one tab. Call under the tab's lock."""

    def __init__(self, is_barred: Callable[[], bool] = lambda: False) -> None:
        self.is_barred = is_barred
        """Whether what this page takes would be lost: another page load has taken the session over."""
        self._takings: dict[str, _Taking] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._takings

    def add(self, task: Task, store: RecordStore | None) -> None:
        """The result of a task was handed to the page."""
        self._takings[task.key] = _Taking(task, store, monotonic(), threading.get_ident())

    def forget(self, key: str) -> None:
        """Another task stands under the key by now."""
        self._takings.pop(key, None)

    def notes(self) -> dict[str, Change]:
        """What the commit that saves the state has to change.

        Asked from beside the run, as F5 does it, this waits for the statement that puts the result there.
        """
        for taking in self._takings.values():
            if taking.thread != threading.get_ident():
                time.sleep(max(taking.moment + _ASSIGNING_SECONDS - monotonic(), 0.0))
        return {name_of(key): Change(None, base=ANY) for key in self._takings}

    def saved(self) -> None:
        """The state is in the store: what was taken is over."""
        for taking in self._takings.values():
            registry.drop(taking.task)
            if taking.store is not None:
                writer.discard(taking.store, taking.task.place)
        self._takings.clear()
