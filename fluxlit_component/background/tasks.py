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
    """Those of a session, as one run of one tab sees them. Use it under the tab's lock."""

    sid: str
    store: RecordStore | None
    """None: the session is not kept, and neither are its tasks."""
    lifetimes: Lifetimes
    limits: Settings
    anchor: object
    """Lives as long as the page."""
    context: object = None
    """Streamlit's own, of the run."""
    taken: Taken = field(default_factory=Taken)
    lock: AbstractContextManager[object] = field(default_factory=RLock)
    """Held while the state of the page is read or saved."""
    schema: int = 0
    person: bytes | None = None
    hold_seconds: float = 120.0
    """How long what has ended is held after its last page is gone."""
    save: Callable[[], object] = lambda: None
    """Saves the state of the page."""
    began: Callable[[], object] = lambda: None
    """Told that the session's record is there."""
    degrade: Callable[[str, BaseException], object] = lambda _doing, _error: None
    """Told that the store did not answer."""

    def start(
        self, key: str, kind: Kind, work: Callable[[], Any], *, executor: Executor | None = None
    ) -> Task:
        """Start it, or return what this session has under the key already, however that stands.

        Raises:
            TooManyTasks: as many run as may.
            ConfigurationError: there is something of the other kind under the key.
        """
        there = self.find(key, kind)
        if there is not None:
            return there
        self.save()  # the question is to be there when the answer is
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
        """What this session has under the key, here or in another process; None: nothing."""
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
                saving.store = self.store  # that of an earlier run may have been opened in an outage
        if task is not None and task.kind != kind:
            raise ConfigurationError(f"under the key {key!r} there is a {task.kind}, not a {kind}")
        return task

    def take(self, task: Task) -> bool:
        """Whether the result is this page's: of many that want it one gets it."""
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
            is_mine = task.sid is not None  # then nobody else can have it, either
        if not is_mine:
            task.taker = before
            registry.drop(task)
            return False
        self.taken.add(task, self.store)
        if self.store is None:
            self.taken.saved()
        return True

    def discard(self, task: Task) -> None:
        """Stop it and forget what it has given."""
        task.stop()
        registry.drop(task)
        self.taken.pop(task.key, None)
        if self.store is None:
            return
        writer.discard(self.store, task.place)
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
        """Have the session's record name it; whether it does. None: another process was first."""
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
        if note is None:  # it may have begun in an outage: only this process knows it
            saving = writer.saving_of(task)
            return saving is not None and not saving.noted
        if note.place != task.place or note.taken > now:
            return False
        outcome = self._commit(
            store, name_of(task.key), replace(note, taken=now + CLAIM_SECONDS).change(version)
        )
        return outcome.verdict == "committed" and not outcome.refused

    def _commit(self, store: RecordStore, name: str, change: Change, *, create: bool = False) -> Outcome:
        # A session without state yet begins here, as its visitor's own.
        changes = {name: change, **(owning(self.sid, self.person) if create else {})}
        return store.commit(self.sid, self.lifetimes.commit(changes, schema=self.schema, create=create))

    @staticmethod
    def _is_taken(task: Task) -> bool:
        taker = task.taker() if task.taker is not None else None
        return isinstance(taker, Taken) and not taker.is_barred()


def end_tasks(store: RecordStore, sid: str, record: Record) -> None:
    """The session ends: stop its tasks, and destroy what the store has of them."""
    for task in registry.of(sid):
        task.stop()
        registry.drop(task)
    for note in notes_of(record).values():
        store.delete(note.place)


def carry_tasks(store: RecordStore, old: str, new: str, record: Record, lifetimes: Lifetimes) -> None:
    """The session goes on under a new id: so do its tasks, wherever they run."""
    here = {task.place for task in registry.of(old)}
    for note in notes_of(record).values():
        if note.place not in here:
            store.commit(note.place, lifetimes.commit({WORD: Change(encode("moved"), base=ANY)}))
    registry.rename(old, new)
