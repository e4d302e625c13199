"""What a store holds of a task: a note in the session's record, and the task's own record with its output.

Another process reads it as a `RemoteTask`. Chunks are stored in segments, of which the last is written again
until it is large enough: few keys a commit, few segments an answer.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from fluxlit_component.background.task import NO_RESULT, Kind, State, Task
from fluxlit_component.clock import monotonic, wall
from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue, StoreUnavailable, UnstorableValue
from fluxlit_component.state.record import TASK, Change, Commit, Field, Lifetimes, Record
from fluxlit_component.stores.base import RecordStore

LEASE_SECONDS: Final = 10.0  # how long a task counts as running after its process was last heard of
CLAIM_SECONDS: Final = 15.0  # after that a result that was taken and not saved may be taken again
SEGMENT_BYTES: Final = 8 * 1024
ANY: Final = 2**60  # a base that no version is newer than: a change with this base replaces any stored value

_POLL_SECONDS: Final = 0.25
_HEAD: Final = "head"
_RESULT: Final = "result"
_SEGMENT: Final = "segment:"
WORD: Final = "word"  # messages of other processes to the working one: "stop", or "moved" (new session id)


@dataclass(frozen=True)
class Note:
    """What a session's record says about one task. Times are by the store's clock."""

    place: str
    kind: Kind
    until: float  # until when the task counts as running while it has no record of its own yet
    taken: float = 0.0  # until when the result is reserved for the page that has taken and not yet saved it

    @classmethod
    def of(cls, stored: Field | None) -> Note | None:
        """The note in this field; None if there is none or it cannot be read."""
        try:
            return cls(**decode(stored.data)) if stored is not None and stored.data is not None else None
        except (CorruptValue, TypeError):
            return None

    def change(self, base: int) -> Change:
        """The change that writes this note, if the stored version is still `base`."""
        return Change(encode(vars(self)), base=base, guarded=True)


def ask(store: RecordStore, sid: str, key: str) -> tuple[str, Note | None, int, float]:
    """The verdict on a session's record, its note of one task, the note's version, and the store's time."""
    # No field has this base: nothing is written, and the one field is told without loading the record.
    outcome = store.commit(sid, Commit({TASK + key: Change(None, base=-1, guarded=True)}))
    stored = outcome.refused.get(TASK + key)
    return outcome.verdict, Note.of(stored), stored.version if stored else 0, outcome.now or wall()


def notes_of(record: Record) -> dict[str, Note]:
    """All tasks that a session's record names."""
    found = {name: Note.of(stored) for name, stored in record.fields.items() if name.startswith(TASK)}
    return {name: note for name, note in found.items() if note is not None}


def segment_of(first: int, chunks: list[Any]) -> tuple[dict[str, Change], int]:
    """The change that stores these chunks from number `first` on, and the first chunk of the segment then."""
    if not chunks:
        return {}, first
    data = encode(chunks)
    following = first + len(chunks) if len(data) >= SEGMENT_BYTES else first
    return {f"{_SEGMENT}{first:09}": Change(data, base=ANY)}, following


def head_of(task: Task, *, until: float) -> dict[str, Change]:
    """The state of a task and its result. A result that cannot be stored stays in its process."""
    head = {name: getattr(task, name) for name in ("state", "error", "progress", "note")} | {"until": until}
    changes = {_HEAD: Change(encode(head), base=ANY)}
    if task.result is not NO_RESULT and task.kind == "job":
        with suppress(UnstorableValue):
            changes[_RESULT] = Change(encode(task.result, max_bytes=task.limits.task_bytes), base=ANY)
    return changes


def read_into(task: Task, record: Record) -> None:
    """Copy a record into the task. A task whose process or only result is gone is interrupted."""
    head = record.note(_HEAD) or {}
    state: State = head.get("state", "running")
    result = record.note(_RESULT) if _RESULT in record.fields else NO_RESULT
    is_gone = state == "running" and head.get("until", 0.0) < (record.now or wall())
    if is_gone or (state == "done" and task.kind == "job" and result is NO_RESULT):
        state = "interrupted"
    names = sorted(name for name in record.fields if name.startswith(_SEGMENT))
    with task.changed:
        task.chunks = [chunk for name in names for chunk in record.note(name) or ()]
        task.progress, task.note = head.get("progress", 0.0), head.get("note", "")
        task.step()
        if state != "running":
            task.end(state, head.get("error"), result)


class RemoteTask(Task):
    """A task of another process, as the store has it. In an outage the task stays as it was read last."""

    def __init__(self, key: str, note: Note, now: float, store: RecordStore, lifetimes: Lifetimes) -> None:
        super().__init__(key, note.kind, note.place)
        self._until = monotonic() + note.until - now  # the store's clock may differ from that of this machine
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
        if record is not None:
            read_into(self, record)
        # The task has not begun yet; or it has ended and was taken, and nothing more can be read.
        elif self.chunks or monotonic() > self._until:
            self.end("interrupted")

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
