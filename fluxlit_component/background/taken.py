"""Results that a page has taken and not saved yet.

What the session's record says of a task goes with the very commit that saves the state of the page that has
taken its result. So a result is in the state or still to be taken, whenever the process may die.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from fluxlit_component.background import registry, writer
from fluxlit_component.background.record import ANY, name_of
from fluxlit_component.background.task import Task
from fluxlit_component.clock import monotonic
from fluxlit_component.state.record import Change
from fluxlit_component.stores.base import RecordStore

_ASSIGNING_SECONDS: Final = 0.1
"""How long the page that takes a result may need to put it into its state."""


class Taken(dict[str, Task]):
    """Those of one tab, by key. Use it under the tab's lock."""

    def __init__(self, is_barred: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self.is_barred = is_barred
        """Whether what this page takes would be lost: another page load has taken the session over."""
        self._store: RecordStore | None = None
        self._thread = 0
        self._assigned = 0.0

    def add(self, task: Task, store: RecordStore | None) -> None:
        """The result of a task was handed to the page."""
        self[task.key], self._store = task, store
        self._thread, self._assigned = threading.get_ident(), monotonic() + _ASSIGNING_SECONDS

    def notes(self) -> dict[str, Change]:
        """What the commit that saves the state has to change.

        Asked from beside the run, as F5 does it, this waits for the statement that puts the result there.
        """
        if self and self._thread != threading.get_ident():
            time.sleep(max(self._assigned - monotonic(), 0.0))
        return {name_of(key): Change(None, base=ANY) for key in self}

    def saved(self) -> None:
        """The state is in the store: what was taken is over."""
        for task in self.values():
            registry.drop(task)
            if self._store is not None:
                writer.discard(self._store, task.place)
        self.clear()
