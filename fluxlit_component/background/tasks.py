"""What a session may do with its streams and jobs: start, find, take, discard, carry along, end them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from fluxlit_component.background import registry, worker, writer
from fluxlit_component.background.record import ANY, LEASE_SECONDS, WORD, Note, ask, name_of, notes_of
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
class Home:
    """The session that the tasks belong to, as one run of one tab sees it."""

    sid: str
    store: RecordStore | None
    """None: the session is not kept, and neither are its tasks."""
    lifetimes: Lifetimes
    limits: Settings
    anchor: object
    """Lives as long as the page."""
    without_page: Callable[[], AbstractContextManager[None]]
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


class Tasks:
    """Use it for one run, under the tab's lock."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def start(
        self, key: str, kind: Kind, work: Callable[[], Any], *, executor: Executor | None = None
    ) -> Task:
        """Start it, or return what this session has under the key already, however that stands.

        Raises:
            TooManyTasks: as many run as may.
            ConfigurationError: there is something of the other kind under the key.
        """
        home = self._home
        there = self.find(key, kind)
        if there is not None:
            return there
        home.save()  # the question is to be there when the answer is
        registry.let_go(home.hold_seconds, writer.unsaved())
        task = Task(key, kind, new_session_id(), home.limits)
        entered = registry.add(home.sid, task)
        if entered is not task:
            return entered
        task.is_seen_by(home.anchor)
        noted = home.store is not None and self._note(home.store, task)
        if noted is None:
            registry.drop(task)
            task.is_working = False
            task.end("interrupted")
            return self.find(key, kind) or task
        home.taken.forget(key)
        try:
            worker.begin(task, work, executor=executor, without_page=home.without_page)
        except BaseException as error:
            task.end("failed", f"{type(error).__name__}: {error}")
            self.discard(task)
            raise
        if home.store is not None:
            writer.watch(writer.Saving(task, home.store, home.lifetimes, home.schema, noted))
        return task

    def find(self, key: str, kind: Kind) -> Task | None:
        """What this session has under the key, here or in another process; None: nothing."""
        home = self._home
        if key in home.taken:
            return None
        task = registry.find(home.sid, key)
        if task is None:
            task = self._find_elsewhere(key)
        elif self._is_taken(task):
            return None
        else:
            task.is_seen_by(home.anchor)
            saving = writer.saving_of(task)
            if saving is not None and home.store is not None:
                saving.store = home.store  # that of an earlier run may have been opened in an outage
        if task is not None and task.kind != kind:
            raise ConfigurationError(f"under the key {key!r} there is a {task.kind}, not a {kind}")
        return task

    def take(self, task: Task) -> bool:
        """Whether the result is this page's: of many that want it one gets it."""
        task.refresh()
        with self._home.lock:
            return not task.is_running and not self._home.taken.is_barred() and self._take(task)

    def _take(self, task: Task) -> bool:
        home = self._home
        with task.changed:
            if self._is_taken(task) or task.key in home.taken:
                return False
            before, task.taker = task.taker, weakref.ref(home.taken)
        try:
            is_mine = home.store is None or self._claim(home.store, task)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            home.degrade("take", error)
            is_mine = task.sid is not None  # then nobody else can have it, either
        if not is_mine:
            task.taker = before
            registry.drop(task)
            return False
        home.taken.add(task, home.store)
        if home.store is None:
            home.taken.saved()
        return True

    def discard(self, task: Task) -> None:
        """Stop it and forget what it has given."""
        home = self._home
        task.stop()
        registry.drop(task)
        home.taken.forget(task.key)
        if home.store is None:
            return
        writer.discard(home.store, task.place)
        try:
            _, stored, _ = ask(home.store, home.sid, name_of(task.key))
            note = Note.of(stored)
            if stored is not None and note is not None and note.place == task.place:
                gone = Change(None, base=stored.version, guarded=True)
                self._commit(home.store, name_of(task.key), gone)
        except Exception as error:  # noqa: BLE001
            home.degrade("discard", error)

    def _find_elsewhere(self, key: str) -> Task | None:
        home = self._home
        if home.store is None:
            return None
        try:
            _, stored, now = ask(home.store, home.sid, name_of(key))
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            home.degrade("read", error)
            return None
        note = Note.of(stored)
        if note is None or note.taken > now:
            return None
        task = RemoteTask(key, note, home.store, home.lifetimes)
        task.refresh()
        return task

    def _note(self, store: RecordStore, task: Task) -> bool | None:
        """Have the session's record name it; whether it does. None: another process was first."""
        try:
            _, stored, now = ask(store, self._home.sid, name_of(task.key))
            there = Note.of(stored)
            is_free = there is None or there.taken or task.key in self._home.taken
            mine = Note(task.place, task.kind, now + LEASE_SECONDS)
            change = mine.change(stored.version if stored and is_free else 0)
            outcome = self._commit(store, name_of(task.key), change, create=True)
        except Exception as error:  # noqa: BLE001 - in an outage it is noted later
            self._home.degrade("write", error)
            return False
        if outcome.refused:
            return None
        if outcome.verdict == "committed":
            self._home.began()
        return outcome.verdict == "committed"

    def _claim(self, store: RecordStore, task: Task) -> bool:
        _, stored, now = ask(store, self._home.sid, name_of(task.key))
        note = Note.of(stored)
        if stored is None or note is None:  # it may have begun in an outage: only this process knows it
            saving = writer.saving_of(task)
            return saving is not None and not saving.noted
        if note.place != task.place or note.taken > now:
            return False
        outcome = self._commit(store, name_of(task.key), note.claimed(now).change(stored.version))
        return outcome.verdict == "committed" and not outcome.refused

    def _commit(self, store: RecordStore, name: str, change: Change, *, create: bool = False) -> Outcome:
        home = self._home
        # A session without state yet begins here, as its visitor's own.
        changes = {name: change, **(owning(home.sid, home.person) if create else {})}
        return store.commit(home.sid, home.lifetimes.commit(changes, schema=home.schema, create=create))

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
