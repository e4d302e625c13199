"""Streams are bounded in number, bytes and age, and so is what one of them writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from fluxlit_component.background import record, registry, writer
from fluxlit_component.errors import TooManyTasks
from fluxlit_component.identifier import new_session_id
from fluxlit_component.settings import Settings
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.background.home import Page, PageElsewhere, there
from tests.background.model import MakeModel, until


def test_bounds(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """Of one session, then of the process: a clear refusal, and room again when one has ended."""
    limits = Settings(tasks_per_session=2, tasks_per_process=3)
    ask = model("a")
    page, other = Page(sid, store, limits=limits), Page(new_session_id(), store, limits=limits)
    page.begin("1", ask)
    second = page.begin("2", ask)
    with pytest.raises(TooManyTasks, match="PER_SESSION"):
        page.begin("3", ask)
    assert page.stream("3") is None
    other.begin("1", ask)
    with pytest.raises(TooManyTasks, match="PER_PROCESS"):
        other.begin("2", ask)
    second.stop()
    with pytest.raises(TooManyTasks):  # its thread waits for the model still
        page.begin("3", ask)
    ask.go_on(9)
    until(lambda: not any(task.is_working for task in registry._working))
    assert page.begin("3", ask).key == "3"


def test_bounded_in_bytes_and_age(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """A runaway ends as failed, and keeps what it has given."""

    def forever() -> Iterator[str]:
        while True:
            yield "x" * 100

    large = Page(sid, store, limits=Settings(task_bytes=10_000)).begin("large", forever)
    assert large.wait(60)
    assert (large.state, len(large.text)) == ("failed", 10_000)
    assert "FLUXLIT_TASK_BYTES" in str(large.error)
    silent = Page(sid, store, limits=Settings(task_seconds=0.3)).begin("silent", model("a"))
    assert silent.wait(60)
    assert "FLUXLIT_TASK_SECONDS" in str(silent.error)


def test_few_keys_and_segments(sid: str) -> None:
    """A long answer: three changes a commit at most, and segments of some kilobytes."""
    written: list[int] = []

    class Counting(InMemorySessionStore):
        def commit(self, session_id: str, commit: Commit) -> Any:
            written.append(len(commit.changes))
            return super().commit(session_id, commit)

    def ask() -> Iterator[str]:
        for n in range(2000):
            yield f"{n:050} "
            time.sleep(0.001)

    store = Counting()
    page = Page(sid, store)
    answer = page.begin("answer", ask)
    assert answer.wait(60)
    until(lambda: not writer.unsaved())
    kept = store.load(sid)
    assert kept is not None
    (note,) = record.notes_of(kept).values()
    place = store.load(note.place)
    assert place is not None
    assert max(written) <= 4
    assert len([name for name in place.fields if name.startswith("segment")]) <= 13
    assert there(PageElsewhere(sid, store).stream("answer")).chunks == answer.chunks
