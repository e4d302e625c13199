"""Random moments of F5, other pages, other processes, stop, a dying process: each chunk once, in order."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluxlit_component.background import writer
from fluxlit_component.background.record import read_into, segment_of
from fluxlit_component.background.task import Task
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.record import Lifetimes, Record
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.background.home import Page, PageElsewhere
from tests.background.model import Model, until
from tests.forgetting import forget_tasks

CHUNK = st.one_of(st.text(max_size=20), st.integers(), st.dictionaries(st.text(max_size=3), st.integers()))
STEP = st.one_of(
    st.tuples(st.just("go on"), st.integers(1, 5)),
    st.tuples(st.sampled_from(["F5", "read", "read elsewhere", "write", "look again"]), st.just(0)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    chunks=st.lists(CHUNK, max_size=25),
    steps=st.lists(STEP, max_size=15),
    ending=st.sampled_from(["end", "stop", "die", "leave"]),
    is_file=st.booleans(),
)
def test_each_chunk_once_and_in_order(  # noqa: C901 - a walk of many kinds of steps
    chunks: list[object], steps: list[tuple[str, int]], ending: str, *, is_file: bool
) -> None:
    """What any reader has at any moment is how the chunks begin; what is taken is all that was given."""
    with tempfile.TemporaryDirectory() as folder:
        # A busy machine is slow, not wrong.
        file = partial(SQLiteSessionStore, Path(folder) / "s.db", busy_timeout_seconds=60)
        store = file() if is_file else InMemorySessionStore()
        model, sid = Model(*chunks), new_session_id()
        page = Page(sid, store)
        answer = page.begin("answer", model)
        readers = [iter(answer)]
        given = 0
        for step, amount in steps:
            if step == "go on":
                amount = min(amount, len(chunks) - given)  # noqa: PLW2901
                model.go_on(amount)
                given += amount
                until(lambda: len(answer.chunks) >= given)  # noqa: B023
            elif step == "F5":
                page = Page(sid, store)
                found = page.stream("answer", model)
                assert found is not None
                answer = found
                readers.append(iter(answer))
            elif step == "write":
                writer.write_once()
            elif step == "look again":
                assert answer.chunks == tuple(chunks[:given])
            else:
                elsewhere = PageElsewhere(sid, store).stream("answer")
                assert elsewhere is not None
                assert elsewhere.chunks == tuple(chunks[: len(elsewhere.chunks)])
        if ending == "end":
            model.go_on(len(chunks) + 1)
            assert answer.wait(60)
            given = len(chunks)
        elif ending == "stop":
            answer.stop()
            model.go_on(len(chunks) + 1)
        elif ending == "leave":  # the server is told to end
            writer._leave()
        writer.write_once()
        if ending in ("die", "leave"):
            forget_tasks()
        else:
            until(lambda: not writer.unsaved())
            for reader in readers:
                assert joined([*reader]) == joined(chunks[:given])
        last = PageElsewhere(sid, store).stream("answer")
        assert last is not None
        assert last.chunks == tuple(chunks[:given])
        assert last.is_running == (ending == "die")  # until its lease is over
        model.go_on(len(chunks) + 1)
        forget_tasks()
        store.close()


def joined(chunks: list[object]) -> list[object]:
    """Neighbouring texts as one, and no empty ones."""
    found: list[object] = []
    for chunk in chunks:
        if isinstance(chunk, str) and found and isinstance(found[-1], str):
            found[-1] += chunk
        elif chunk != "":
            found.append(chunk)
    return found


@given(chunks=st.lists(st.text(max_size=3000), max_size=60), batches=st.lists(st.integers(1, 9), max_size=60))
def test_segments_hold_all_chunks(chunks: list[str], batches: list[int]) -> None:
    """However they come, in whatever batches they are written."""
    first, fields, written = 0, {}, 0
    for batch in [*batches, len(chunks)]:
        written = min(written + batch, len(chunks))
        fresh = chunks[first:written]
        changes, first = segment_of(first, fresh)
        assert len(changes) <= 1
        fields |= changes
    store = InMemorySessionStore()
    store.commit("place", Lifetimes().commit(fields, create=True))
    found = store.load("place")
    assert found is not None or not chunks
    task = Task("answer", "stream", "place")
    read_into(task, found or Record(1, 0.0, None, None, 0, {}))
    assert task.chunks == chunks
