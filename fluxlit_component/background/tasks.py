"""What a session may do with its streams and jobs: start, find, take, discard, carry along, end them."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fluxlit_component.background import record as notes
from fluxlit_component.background import registry, writer
from fluxlit_component.background.task import Kind, Task, begin
from fluxlit_component.clock import monotonic
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import new_session_id
from fluxlit_component.settings import Settings
from fluxlit_component.state.owner import owning
from fluxlit_component.state.record import TASK, Change, Lifetimes, Outcome, Record
from fluxlit_component.stores.base import RecordStore

_ASSIGNING_SECONDS: Final = 0.1  # how long the page that takes a result may need to put it into its state


class Taken(dict[str, Task]):
    """The tasks of one tab whose results are taken and not saved, by key. Use it under the tab's lock.

    The note of a task is removed by the same commit that saves the state of the page that has taken its
    result. So whenever the process dies, the result is either in the saved state or can still be taken.
    """

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
        return {TASK + key: Change(None, base=notes.ANY) for key in self}

    def saved(self) -> None:
        """The state is in the store: drop the tasks whose results were taken."""
        for task in self.values():
            writer.discard(task, self._store)
        self.clear()


@dataclass(frozen=True, eq=False, repr=False)
class Tasks:
    """The tasks of a session, as one run of one tab sees them. Use it under the tab's lock."""

    sid: str
    limits: Settings
    anchor: object  # lives as long as the page
    store: RecordStore | None = None  # None: the session is not kept, and neither are its tasks
    lifetimes: Lifetimes = Lifetimes()  # noqa: RUF009 - frozen
    session_id: str = ""  # the page's, as Streamlit names it
    context: object = None  # Streamlit's context of the run
    taken: Taken = field(default_factory=Taken)
    lock: AbstractContextManager[object] = field(default_factory=threading.RLock)
    """Held while the state of the page is read or saved."""
    person: bytes | None = None
    hold_seconds: float = 120.0  # how long an ended task is held after its last page is gone
    save: Callable[[], object] = lambda: None  # saves the state of the page
    began: Callable[[], object] = lambda: None  # called when the session's record is in the store
    outages: Callable[[str], AbstractContextManager[object]] = lambda _doing: suppress(Exception)
    """Guards a block that asks the store: any failure of it means "unknown", and ends the block."""

    def start(self, key: str, kind: Kind, work: Any, *, executor: Executor | None = None) -> Task:
        """Start a task, or return the task that this session has under the key already, in any state.

        `TooManyTasks`: no more may run. `ConfigurationError`: the one under the key is of the other kind.
        """
        if (there := self.find(key, kind)) is not None:
            return there
        self.save()  # so that the question is stored before its answer
        registry.let_go(self.hold_seconds, writer.unsaved())
        task = Task(key, kind, new_session_id(), self.limits)
        entered = registry.add(self.sid, task)
        if entered is not task:
            return entered
        task.add_viewer(self.anchor, self.session_id)
        noted = self._note(task)
        if noted is None:
            registry.drop(task)
            task.is_working = False
            task.end("interrupted")
            return self.find(key, kind) or task
        self.taken.pop(key, None)
        try:
            begin(task, work, executor=executor, context=self.context)
        except BaseException:
            task.is_working = False
            self.discard(task)
            raise
        if self.store is not None:
            writer.watch(writer.Saving(task, self.store, self.lifetimes, noted))
        return task

    def find(self, key: str, kind: Kind) -> Task | None:
        """The task that this session has under the key, here or in another process; None if there is none."""
        if key in self.taken:
            return None
        task = registry.find(self.sid, key)
        if task is not None and task.is_taken():
            return None
        saving = writer.saving_of(task) if task is not None else None
        if saving is not None and self.store is not None:
            saving.store = self.store  # the store of an earlier run may have been opened in an outage
        elif task is None or not task.is_running:
            task = self._as_stored(key, task)
        if task is not None:
            task.add_viewer(self.anchor, self.session_id)
        if task is not None and task.kind != kind:
            raise ConfigurationError(f"under the key {key!r} there is a {task.kind}, not a {kind}")
        return task

    def take(self, task: Task) -> bool:
        """Take the result for this page; return whether that worked. Of many callers one gets it."""
        task.refresh()
        page = weakref.ref(self.taken)
        with self.lock:
            if task.is_running or self.taken.is_barred():
                return False
            with task.changed:
                if task.is_taken() or task.key in self.taken:
                    return False
                before = task.is_taken
                task.is_taken = lambda: (taken := page()) is not None and not taken.is_barred()
            if not (is_mine := self._claim(task)):
                task.is_taken = before
                if is_mine is not None:
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
        with self.outages("discard"):
            _, note, version, _ = notes.ask(self.store, self.sid, task.key)
            if note is not None and note.place == task.place:
                self._commit(self.store, task.key, Change(None, base=version, guarded=True))

    def _as_stored(self, key: str, task: Task | None) -> Task | None:
        """What the session's record names under a key. `task`: an ended one that was here, and is safe there.

        Another process may have taken or discarded that, or have begun the next one.
        """
        if self.store is None:
            return task
        with self.outages("read"):
            verdict, note, _, now = notes.ask(self.store, self.sid, key)
            if task is not None:
                if verdict == "absent" or (note is not None and note.place == task.place):
                    return task  # the first: the store has lost the record
                registry.drop(task)
            if note is None or note.taken > now:
                return None
            found = notes.RemoteTask(key, note, now, self.store, self.lifetimes)
            found.refresh()
            return found
        return task

    def _note(self, task: Task) -> bool | None:
        """Enter the task in the session's record; return whether that worked. None: another was first."""
        if self.store is None:
            return False
        with self.outages("write"):  # in an outage it is noted later
            _, there, version, now = notes.ask(self.store, self.sid, task.key)
            is_free = there is None or there.taken or task.key in self.taken
            note = notes.Note(task.place, task.kind, now + notes.LEASE_SECONDS)
            change = note.change(version if is_free else 0)
            outcome = self._commit(self.store, task.key, change, create=True)
            if outcome.refused:
                return None
            if outcome.verdict == "committed":
                self.began()
                return True
        return False

    def _claim(self, task: Task) -> bool | None:
        """Reserve the result for this page in the session's record. None: the store did not answer."""
        if self.store is None:
            return True
        with self.outages("take"):
            _, note, version, now = notes.ask(self.store, self.sid, task.key)
            if note is None:
                return _is_unheard_of(task)
            if note.place != task.place or note.taken > now:
                return False
            claim = replace(note, taken=now + notes.CLAIM_SECONDS).change(version)
            outcome = self._commit(self.store, task.key, claim)
            return outcome.verdict == "committed" and not outcome.refused
        return _is_unheard_of(task) or None

    def _commit(self, store: RecordStore, key: str, change: Change, *, create: bool = False) -> Outcome:
        # A session that has no state yet begins here. The note of its owner is stored with it.
        changes = {TASK + key: change, **(owning(self.sid, self.person) if create else {})}
        return store.commit(self.sid, self.lifetimes.commit(changes, create=create))


def _is_unheard_of(task: Task) -> bool:
    """Whether only this process knows the task, because it began in an outage."""
    saving = writer.saving_of(task)
    return saving is not None and not saving.noted


def end_tasks(store: RecordStore, sid: str, record: Record) -> None:
    """Stop the tasks of a session that ends, and destroy their records in the store."""
    for task in registry.of(sid):
        writer.discard(task, store)
    for note in notes.notes_of(record).values():
        store.delete(note.place)


def carry_tasks(store: RecordStore, old: str, new: str, record: Record, lifetimes: Lifetimes) -> None:
    """Carry the tasks of a session over to its new id, in whatever process they run."""
    here = {task.place for task in registry.of(old)}
    for note in notes.notes_of(record).values():
        if note.place not in here:
            store.commit(note.place, lifetimes.commit({notes.WORD: Change(encode("moved"), base=notes.ANY)}))
    registry.rename(old, new)
