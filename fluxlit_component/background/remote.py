"""A task of another process, which may be gone meanwhile. The task is read from the store."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Final

from fluxlit_component.background.record import ANY, WORD, Note, read_into
from fluxlit_component.background.task import Task
from fluxlit_component.clock import monotonic, wall
from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.state.record import Change, Lifetimes
from fluxlit_component.stores.base import RecordStore

_POLL_SECONDS: Final = 0.25


class RemoteTask(Task):
    """A task as the store has it. In an outage the task stays as it was read last."""

    def __init__(self, key: str, note: Note, store: RecordStore, lifetimes: Lifetimes) -> None:
        super().__init__(key, note.kind, note.place)
        self._note = note
        self._store = store
        self._lifetimes = lifetimes
        self._looked = 0.0

    def refresh(self) -> None:
        """Read what is new, a few times a second at most."""
        if not self.is_running or monotonic() < self._looked + _POLL_SECONDS:
            return
        self._looked = monotonic()
        try:
            record = self._store.load(self.place)
        except Exception:  # noqa: BLE001 - any failure of a store means "unknown"
            return
        if record is None:
            # The task has not begun yet; or it has ended and was taken, and nothing more can be read.
            if self.chunks or wall() > self._note.until:
                self.end("interrupted")
            return
        read_into(self, record)

    def wait(self, steps: int, seconds: float) -> None:
        """Wait a moment, then read the store."""
        del steps
        time.sleep(min(seconds, _POLL_SECONDS))
        self.refresh()

    def stop(self) -> None:
        """Tell the working process to stop. In an outage the task goes on, and may be stopped again."""
        if self.is_running:
            word = {WORD: Change(encode("stop"), base=ANY)}
            with suppress(StoreUnavailable):
                self._store.commit(self.place, self._lifetimes.commit(word))
            self._looked = 0.0
