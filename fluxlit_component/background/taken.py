"""Results that a page has taken and not saved yet.

The note of a task is removed by the same commit that saves the state of the page that has taken its result.
So whenever the process dies, the result is either in the saved state or can still be taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from fluxlit_component.background import writer
from fluxlit_component.background.record import ANY, name_of
from fluxlit_component.background.task import Task
from fluxlit_component.clock import monotonic
from fluxlit_component.state.record import Change
from fluxlit_component.stores.base import RecordStore

_ASSIGNING_SECONDS: Final = 0.1
"""How long the page that takes a result may need to put it into its state."""


class Taken(dict[str, Task]):
    """The tasks of one tab whose results are taken and not saved, by key. Use it under the tab's lock."""

    def __init__(self, is_barred: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self.is_barred = is_barred
        """Whether a result taken by this page would be lost: another page load has taken the session over."""
        self._store: RecordStore | None = None
        self._thread = 0
        self._assigned = 0.0

    def add(self, task: Task, store: RecordStore | None) -> None:
        """The result of a task was handed to the page."""
        self[task.key], self._store = task, store
        self._thread, self._assigned = threading.get_ident(), monotonic() + _ASSIGNING_SECONDS

    def notes(self) -> dict[str, Change]:
        """The changes that the commit which saves the state has to include.

        Called from another thread, as F5 does, this waits until the run has put the result into its state.
        """
        if self and self._thread != threading.get_ident():
            time.sleep(max(self._assigned - monotonic(), 0.0))
        return {name_of(key): Change(None, base=ANY) for key in self}

    def saved(self) -> None:
        """The state is in the store: drop the tasks whose results were taken."""
        for task in self.values():
            writer.discard(task, self._store)
        self.clear()
