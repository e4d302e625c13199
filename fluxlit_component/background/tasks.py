"""What a session may do with its streams and jobs: start, find, take, discard, carry along, end them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any

from fluxlit_component.background import registry, worker, writer
from fluxlit_component.background.record import (
    ANY,
    CLAIM_SECONDS,
    LEASE_SECONDS,
    WORD,
    Note,
    ask,
    name_of,
    notes_of,
)
from fluxlit_component.background.remote import RemoteTask
from fluxlit_component.background.taken import Taken
from fluxlit_component.background.task import Kind, Task
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import new_session_id
from fluxlit_component.settings import Settings
from fluxlit_component.state.owner import owning
from fluxlit_component.state.record import Change, Lifetimes, Outcome, Record
from fluxlit_component.stores.base import RecordStore


@dataclass(frozen=True, eq=False, repr=False)
class Tasks:
    """The tasks of a session, as one run of one tab sees them. Use it under the tab's lock."""

    sid: str
    store: RecordStore | None
    """None: the session is not kept, and neither are its tasks."""
    lifetimes: Lifetimes
    limits: Settings
    anchor: object
    """Lives as long as the page."""
    context: object = None
    """Streamlit's context of the run."""
    taken: Taken = field(default_factory=Taken)
    lock: AbstractContextManager[object] = field(default_factory=RLock)
    """Held while the state of the page is read or saved."""
    schema: int = 0
    person: bytes | None = None
    hold_seconds: float = 120.0
    """How long an ended task is held after its last page is gone."""
    save: Callable[[], object] = lambda: None
    """Saves the state of the page."""
    began: Callable[[], object] = lambda: None
    """Called when the session's record is in the store."""
    degrade: Callable[[str, BaseException], object] = lambda _doing, _error: None
    """Called when the store did not answer."""

    def start(
        self, key: str, kind: Kind, work: Callable[[], Any], *, executor: Executor | None = None
    ) -> Task:
        """Start a task, or return the task that this session has under the key already, in any state.

        Raises:
            TooManyTasks: as many tasks run as are allowed.
            ConfigurationError: there is a task of the other kind under the key.
        """
        there = self.find(key, kind)
        if there is not None:
            return there
        self.save()  # so that the question is stored before its answer
        registry.let_go(self.hold_seconds, writer.unsaved())
        task = Task(key, kind, new_session_id(), self.limits)
        entered = registry.add(self.sid, task)
        if entered is not task:
            return entered
        task.is_seen_by(self.anchor)
        noted = self.store is not None and self._note(self.store, task)
        if noted is None:
            registry.drop(task)
            task.is_working = False
            task.end("interrupted")
            return self.find(key, kind) or task
        self.taken.pop(key, None)
        try:
            worker.begin(task, work, executor=executor, context=self.context)
        except BaseException as error:
            task.end("failed", f"{type(error).__name__}: {error}")
            self.discard(task)
            raise
        if self.store is not None:
            writer.watch(writer.Saving(task, self.store, self.lifetimes, self.schema, noted))
        return task

    def find(self, key: str, kind: Kind) -> Task | None:
        """The task that this session has under the key, here or in another process; None if there is none."""
        if key in self.taken:
            return None
        task = registry.find(self.sid, key)
        if task is None:
            task = self._find_elsewhere(key)
        elif self._is_taken(task):
            return None
        else:
            task.is_seen_by(self.anchor)
            saving = writer.saving_of(task)
            if saving is not None and self.store is not None:
                saving.store = self.store  # the store of an earlier run may have been opened in an outage
        if task is not None and task.kind != kind:
            raise ConfigurationError(f"under the key {key!r} there is a {task.kind}, not a {kind}")
        return task

    def take(self, task: Task) -> bool:
        """Take the result for this page; return whether that worked. Of many callers one gets it."""
        task.refresh()
        with self.lock:
            return not task.is_running and not self.taken.is_barred() and self._take(task)

    def _take(self, task: Task) -> bool:
        with task.changed:
            if self._is_taken(task) or task.key in self.taken:
                return False
            before, task.taker = task.taker, weakref.ref(self.taken)
        try:
            is_mine = self.store is None or self._claim(self.store, task)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            self.degrade("take", error)
            is_mine = task.sid is not None  # then no other page can have it, either
        if not is_mine:
            task.taker = before
            registry.drop(task)
            return False
        self.taken.add(task, self.store)
        if self.store is None:
            self.taken.saved()
        return True

    def discard(self, task: Task) -> None:
        """Stop the task and forget its output."""
        writer.discard(task, self.store)
        self.taken.pop(task.key, None)
        if self.store is None:
            return
        try:
            _, note, version, _ = ask(self.store, self.sid, task.key)
            if note is not None and note.place == task.place:
                self._commit(self.store, name_of(task.key), Change(None, base=version, guarded=True))
        except Exception as error:  # noqa: BLE001
            self.degrade("discard", error)

    def _find_elsewhere(self, key: str) -> Task | None:
        if self.store is None:
            return None
        try:
            _, note, _, now = ask(self.store, self.sid, key)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            self.degrade("read", error)
            return None
        if note is None or note.taken > now:
            return None
        task = RemoteTask(key, note, self.store, self.lifetimes)
        task.refresh()
        return task

    def _note(self, store: RecordStore, task: Task) -> bool | None:
        """Enter the task in the session's record; return whether that worked. None: another was first."""
        try:
            _, there, version, now = ask(store, self.sid, task.key)
            is_free = there is None or there.taken or task.key in self.taken
            change = Note(task.place, task.kind, now + LEASE_SECONDS).change(version if is_free else 0)
            outcome = self._commit(store, name_of(task.key), change, create=True)
        except Exception as error:  # noqa: BLE001 - in an outage it is noted later
            self.degrade("write", error)
            return False
        if outcome.refused:
            return None
        if outcome.verdict == "committed":
            self.began()
        return outcome.verdict == "committed"

    def _claim(self, store: RecordStore, task: Task) -> bool:
        _, note, version, now = ask(store, self.sid, task.key)
        if note is None:  # the task may have begun in an outage: then only this process knows it
            saving = writer.saving_of(task)
            return saving is not None and not saving.noted
        if note.place != task.place or note.taken > now:
            return False
        outcome = self._commit(
            store, name_of(task.key), replace(note, taken=now + CLAIM_SECONDS).change(version)
        )
        return outcome.verdict == "committed" and not outcome.refused

    def _commit(self, store: RecordStore, name: str, change: Change, *, create: bool = False) -> Outcome:
        # A session that has no state yet begins here. The note of its owner is stored with it.
        changes = {name: change, **(owning(self.sid, self.person) if create else {})}
        return store.commit(self.sid, self.lifetimes.commit(changes, schema=self.schema, create=create))

    @staticmethod
    def _is_taken(task: Task) -> bool:
        taker = task.taker() if task.taker is not None else None
        return isinstance(taker, Taken) and not taker.is_barred()


def end_tasks(store: RecordStore, sid: str, record: Record) -> None:
    """Stop the tasks of a session that ends, and destroy their records in the store."""
    for task in registry.of(sid):
        writer.discard(task, store)
    for note in notes_of(record).values():
        store.delete(note.place)


def carry_tasks(store: RecordStore, old: str, new: str, record: Record, lifetimes: Lifetimes) -> None:
    """Carry the tasks of a session over to its new id, in whatever process they run."""
    here = {task.place for task in registry.of(old)}
    for note in notes_of(record).values():
        if note.place not in here:
            store.commit(note.place, lifetimes.commit({WORD: Change(encode("moved"), base=ANY)}))
    registry.rename(old, new)
