"""Brings to the store what tasks have given, in batches, from a thread of its own: no visitor waits for it.

A store that does not answer is asked again: what a task has given stays in memory until then. Word from other
processes, and the news that the session has ended, come back with the same commits.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from fluxlit_component.background import registry
from fluxlit_component.background.record import (
    LEASE_SECONDS,
    WORD,
    Note,
    Segments,
    ask,
    head_of,
    name_of,
)
from fluxlit_component.background.task import Task
from fluxlit_component.clock import monotonic, wall
from fluxlit_component.codec import decode
from fluxlit_component.state.record import Change, Lifetimes
from fluxlit_component.stores.base import RecordStore

BATCH_SECONDS: Final = 0.2
_RENEW_SECONDS: Final = LEASE_SECONDS / 3
_MOST_DISCARDED: Final = 1000
_log = logging.getLogger("fluxlit_component")


@dataclass(eq=False)
class Saving:
    """What is known of one task's place in the store."""

    task: Task
    store: RecordStore
    lifetimes: Lifetimes
    schema: int
    """Schema number of the session's record, which a commit has to repeat."""
    noted: bool
    """Whether the session's record names the task already; if not, the store was away when it began."""
    begun: bool = False
    segments: Segments = field(default_factory=Segments)
    steps: int = -1
    """What was stored last, as `Task.steps` counts it."""
    renewed: float = field(default_factory=monotonic)
    skew: float = 0.0
    """Clock of the store minus clock of this process."""
    is_moved: bool = False
    """Whether the session got a new id in another process: this one does not know it, and asks no more."""

    def save(self) -> bool:
        """Write what is new; return whether more is to come. `LookupError`: nobody wants it any more."""
        task, now = self.task, monotonic()
        seconds = task.limits.task_seconds
        if task.is_running and now > task.began + seconds:
            task.end("failed", f"it took longer than {seconds:g} s (FLUXLIT_TASK_SECONDS)")
        if task.sid is None:
            raise LookupError
        is_due = not self.noted or now > self.renewed + _RENEW_SECONDS
        if self.steps != task.steps or is_due:
            self._append()
            if is_due:
                self._look_after(task.sid)
            self.renewed = now if is_due else self.renewed
        return task.is_running or self.steps != task.steps

    def _append(self) -> None:
        task = self.task
        with task.changed:
            steps, chunks = task.steps, task.chunks[self.segments.first :]
            head = head_of(task, until=wall() + self.skew + LEASE_SECONDS)
        segment = self.segments.changes(chunks)
        asking = {WORD: Change(None, base=-1, guarded=True)}
        commit = self.lifetimes.commit({**head, **segment, **asking}, create=not self.begun)
        outcome = self.store.commit(task.place, commit)
        if outcome.verdict == "absent":  # the store has lost it
            self.begun, self.segments, self.steps = False, Segments(), -1
            return
        if outcome.verdict != "committed":
            raise LookupError
        self.segments.wrote(segment, len(chunks))
        self.begun, self.steps, self.skew = True, steps, (outcome.now or wall()) - wall()
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
        if not self.noted and verdict == "committed" and (note is None or note.taken):
            mine = {name_of(task.key): Note(task.place, task.kind, now + LEASE_SECONDS).change(version)}
            outcome = self.store.commit(sid, self.lifetimes.commit(mine, schema=self.schema))
            self.noted = outcome.verdict == "committed" and not outcome.refused
        elif verdict in ("destroyed", "expired") or (
            verdict == "committed" and (note is None or note.place != task.place)
        ):
            raise LookupError


_lock: Final = threading.Lock()
_savings: Final[dict[Task, Saving]] = {}
_discarded: Final[list[tuple[RecordStore, str]]] = []
_is_writing = False


def watch(saving: Saving) -> None:
    """Keep a task in the store from now on."""
    with _lock:
        _savings[saving.task] = saving
    _wake()


def saving_of(task: Task) -> Saving | None:
    """What is known of a task that is not safe in the store yet, or still running."""
    return _savings.get(task)


def unsaved() -> frozenset[Task]:
    """Tasks that are not safe in the store."""
    with _lock:
        return frozenset(_savings)


def discard(store: RecordStore, place: str) -> None:
    """Have a task's record destroyed."""
    with _lock:
        _discarded.append((store, place))
        del _discarded[:-_MOST_DISCARDED]
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
    """One batch of every task."""
    for saving in [*_savings.values()]:
        try:
            if saving.save():
                continue
        except LookupError:
            saving.task.stop()
            registry.drop(saving.task)
            discard(saving.store, saving.task.place)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown": again with the next batch
            _log.debug("a %s could not be saved yet: %s", saving.task.kind, type(error).__name__)
            continue
        with _lock:
            _savings.pop(saving.task, None)
    while _discarded:
        store, place = _discarded[0]
        try:
            store.delete(place)
        except Exception:  # noqa: BLE001
            break
        with _lock:
            if _discarded and _discarded[0] == (store, place):
                _discarded.pop(0)


def forget() -> None:
    """Save nothing any more, as a process that has just begun."""
    with _lock:
        _savings.clear()
        _discarded.clear()


@atexit.register
def _leave() -> None:
    """The process ends: what was given last is stored, and whoever waits need not wait for the lease."""
    for task in unsaved():
        task.end("interrupted")
    write_once()
