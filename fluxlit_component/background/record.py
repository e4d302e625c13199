"""What a store has of a task: a note in the session's record, and a record of its own with what it has given.

Pure data. Chunks stand in segments: the last one is written again with each batch until it is large enough,
so a commit has few keys, and a long answer has few segments.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from fluxlit_component.background.task import NOTHING, Kind, State, Task
from fluxlit_component.clock import wall
from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue, UnstorableValue
from fluxlit_component.state.record import TASK, Change, Commit, Field, Record
from fluxlit_component.stores.base import RecordStore

LEASE_SECONDS: Final = 10.0
"""How long a task counts as running after its process was last heard of."""
CLAIM_SECONDS: Final = 15.0
"""How long a result that was taken waits for the page to save it, before it may be taken again."""
SEGMENT_BYTES: Final = 8 * 1024
ANY: Final = 2**60
"""A base that no version is newer than: what stands there is replaced, whatever it is."""

_HEAD: Final = "head"
_RESULT: Final = "result"
_SEGMENT: Final = "segment:"
WORD: Final = "word"
"""Where other processes leave word for the one that works: "stop", or "moved": the session has a new id."""


@dataclass(frozen=True)
class Note:
    """What a session's record says of one task. Moments are of the store's clock."""

    place: str
    kind: Kind
    until: float
    """Until when it counts as running if it has no record of its own yet."""
    taken: float = 0.0
    """Until when its result is somebody's who has still to save it."""

    @classmethod
    def of(cls, stored: Field | None) -> Note | None:
        """The note that stands there, if it can be read."""
        try:
            return cls(**decode(stored.data)) if stored is not None and stored.data is not None else None
        except (CorruptValue, TypeError):
            return None

    def change(self, base: int) -> Change:
        """Write it, if what stands there is still the version `base`."""
        return Change(encode(vars(self)), base=base, guarded=True)


def name_of(key: str) -> str:
    """The name of a task's note."""
    return TASK + key


def ask(store: RecordStore, sid: str, key: str) -> tuple[str, Note | None, int, float]:
    """How a session's record stands, its note of one task, the note's version, and the store's clock."""
    outcome = store.commit(sid, Commit({name_of(key): Change(None, base=-1, guarded=True)}))
    stored = outcome.refused.get(name_of(key))
    return outcome.verdict, Note.of(stored), stored.version if stored else 0, outcome.now or wall()


def notes_of(record: Record) -> dict[str, Note]:
    """All tasks that a session's record names."""
    found = {name: Note.of(stored) for name, stored in record.fields.items() if name.startswith(TASK)}
    return {name: note for name, note in found.items() if note is not None}


@dataclass
class Segments:
    """Where the chunks of a task that are stored already end."""

    first: int = 0
    """The first chunk of the last segment."""
    number: int = 0

    def changes(self, chunks: list[Any]) -> dict[str, Change]:
        """What to write so that the store has these chunks, which begin with `first`."""
        return {f"{_SEGMENT}{self.number:06}": Change(encode(chunks), base=ANY)} if chunks else {}

    def wrote(self, changes: Mapping[str, Change], count: int) -> None:
        """These changes, with so many chunks, are in the store: the next ones may begin a new segment."""
        if any(len(change.data or b"") >= SEGMENT_BYTES for change in changes.values()):
            self.first, self.number = self.first + count, self.number + 1


def head_of(task: Task, *, until: float) -> dict[str, Change]:
    """How a task stands, and its result; one that cannot be stored stays with its process."""
    head = {name: getattr(task, name) for name in ("state", "error", "progress", "note")} | {"until": until}
    changes = {_HEAD: Change(encode(head), base=ANY)}
    if task.result is not NOTHING and task.kind == "job":
        with suppress(UnstorableValue):
            changes[_RESULT] = Change(encode(task.result, max_bytes=task.limits.task_bytes), base=ANY)
    return changes


def read_into(task: Task, record: Record) -> None:
    """Take over what a record tells; a task whose process or only result is gone is interrupted."""
    head = record.note(_HEAD) or {}
    state: State = head.get("state", "running")
    result = record.note(_RESULT) if _RESULT in record.fields else NOTHING
    is_gone = state == "running" and head.get("until", 0.0) < (record.now or wall())
    if is_gone or (state == "done" and task.kind == "job" and result is NOTHING):
        state = "interrupted"
    names = sorted(name for name in record.fields if name.startswith(_SEGMENT))
    with task.changed:
        task.chunks = [chunk for name in names for chunk in record.note(name) or ()]
        task.progress, task.note = head.get("progress", 0.0), head.get("note", "")
        task.step()
        if state != "running":
            task.end(state, head.get("error"), result)
