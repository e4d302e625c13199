"""Saves the output of tasks to the store, in batches, in a thread of its own, so that no visitor waits.

A store that does not answer is asked again; until then the output stays in memory. The same commits bring
back messages from other processes, and the news that the session has ended.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from cachetools import FIFOCache

from fluxlit_component.background import registry
from fluxlit_component.background.record import LEASE_SECONDS, WORD, Note, ask, head_of, segment_of
from fluxlit_component.background.task import Task
from fluxlit_component.clock import monotonic, wall
from fluxlit_component.codec import decode
from fluxlit_component.state.record import TASK, Change, Lifetimes
from fluxlit_component.stores.base import RecordStore

BATCH_SECONDS: Final = 0.2
_RENEW_SECONDS: Final = LEASE_SECONDS / 3
_log = logging.getLogger("fluxlit_component")


class Unwanted(Exception):
    """Ends the saving of a task."""


@dataclass(eq=False)
class Saving:
    """How one task is saved: its store, and what that has already."""

    task: Task
    store: RecordStore
    lifetimes: Lifetimes
    noted: bool  # whether the session's record names the task; if not, the store did not answer when it began
    begun: bool = False
    first: int = 0  # the first chunk of the last segment
    steps: int = -1  # the value of `Task.steps` that was stored last
    renewed: float = field(default_factory=monotonic)
    skew: float = 0.0  # clock of the store minus clock of this process
    is_moved: bool = False  # whether another process gave the session an id that this one does not know

    def save(self) -> bool:
        """Write what is new; return whether more will come. `Unwanted`: nobody wants the task any more."""
        task, now = self.task, monotonic()
        seconds = task.limits.task_seconds
        if task.is_running and now > task.began + seconds:
            task.end("failed", f"it took longer than {seconds:g} s (FLUXLIT_TASK_SECONDS)")
        if task.sid is None:
            raise Unwanted
        is_due = not self.noted or now > self.renewed + _RENEW_SECONDS
        if self.steps != task.steps or is_due:
            self._append()
            if is_due:
                self._look_after(task.sid)
                self.renewed = now
        return task.is_running or self.steps != task.steps

    def _append(self) -> None:
        task = self.task
        with task.changed:
            steps, chunks = task.steps, task.chunks[self.first :]
            head = head_of(task, until=wall() + self.skew + LEASE_SECONDS)
        segment, first = segment_of(self.first, chunks)
        asking = {WORD: Change(None, base=-1, guarded=True)}
        commit = self.lifetimes.commit({**head, **segment, **asking}, create=not self.begun)
        outcome = self.store.commit(task.place, commit)
        if outcome.verdict == "absent":  # the store has lost the record
            self.begun, self.first, self.steps = False, 0, -1
            return
        if outcome.verdict != "committed":
            raise Unwanted
        self.begun, self.first, self.steps = True, first, steps
        self.skew = (outcome.now or wall()) - wall()
        word = outcome.refused.get(WORD)
        heard = decode(word.data) if word is not None and word.data is not None else None
        if heard == "stop":
            task.stop()
        elif heard == "moved":
            self.noted = self.is_moved = True

    def _look_after(self, sid: str) -> None:
        """Ask the session's record whether it still names this task."""
        if self.is_moved:
            return
        task = self.task
        verdict, note, version, now = ask(self.store, sid, task.key)
        is_named = note is not None and note.place == task.place
        if not self.noted and verdict == "committed" and (note is None or note.taken):
            mine = {TASK + task.key: Note(task.place, task.kind, now + LEASE_SECONDS).change(version)}
            outcome = self.store.commit(sid, self.lifetimes.commit(mine))
            self.noted = outcome.verdict == "committed" and not outcome.refused
        elif verdict in ("destroyed", "expired") or (verdict == "committed" and not is_named):
            raise Unwanted


_lock: Final = threading.Lock()
_savings: Final[dict[Task, Saving]] = {}
_discarded: Final[FIFOCache[str, RecordStore]] = FIFOCache(1000)  # place of a record to destroy -> its store
_is_writing = False


def watch(saving: Saving) -> None:
    """Save a task to the store from now on."""
    with _lock:
        _savings[saving.task] = saving
    _wake()


def saving_of(task: Task) -> Saving | None:
    """The `Saving` of a task that is still running or not yet safe in the store; else None."""
    return _savings.get(task)


def unsaved() -> frozenset[Task]:
    """Tasks that are not safe in the store."""
    with _lock:
        return frozenset(_savings)


def discard(task: Task, store: RecordStore | None) -> None:
    """Stop a task and forget it. The next batch destroys its record, if `store` has one."""
    task.stop()
    registry.drop(task)
    if store is not None:
        with _lock:
            _discarded[task.place] = store
        _wake()


def _wake() -> None:
    global _is_writing  # noqa: PLW0603 - one thread per process is the point
    with _lock:
        if _is_writing:
            return
        _is_writing = True
    threading.Thread(target=_write, name="fluxlit-task-writer", daemon=True).start()


def _write() -> None:
    global _is_writing  # noqa: PLW0603
    while True:
        time.sleep(BATCH_SECONDS)
        write_once()
        with _lock:
            if not _savings and not _discarded:
                _is_writing = False
                return


def write_once() -> None:
    """Write one batch of every task, and destroy discarded records."""
    for saving in [*_savings.values()]:
        try:
            if saving.save():
                continue
        except Unwanted:
            discard(saving.task, saving.store)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown": again with the next batch
            _log.debug("a %s could not be saved yet: %s", saving.task.kind, type(error).__name__)
            continue
        with _lock:
            _savings.pop(saving.task, None)
    with _lock:
        discarded = [*_discarded.items()]
    for place, store in discarded:
        with suppress(Exception):  # any failure of a store: again with the next batch
            store.delete(place)
            with _lock:
                _discarded.pop(place, None)


def _begin_in_child() -> None:
    """Forget the tasks of the parent process: a fork copies no threads, so none goes on here."""
    global _is_writing  # noqa: PLW0603
    registry.forget()
    _savings.clear()
    _discarded.clear()
    _is_writing = False


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_begin_in_child)


@atexit.register
def _leave() -> None:
    """Store the last output when the process ends, so that no page has to wait for the end of the lease."""
    for task in unsaved():
        task.end("interrupted")
    write_once()
