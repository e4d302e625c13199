"""Many at once, and for long: 50 readers of 8 streams, an hour's worth of chunks, engines, telemetry."""

from __future__ import annotations

import gc
import statistics
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from fluxlit_component.background import registry, writer
from fluxlit_component.identifier import new_session_id
from fluxlit_component.settings import Settings
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.location import open_store
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.background.home import Page, PageElsewhere
from tests.background.model import Model, until
from tests.servers import require
from tests.servers.local_mariadb import LocalMariaDB
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis

WORDS = 300


def speak(name: int) -> Iterator[str]:
    """Some words, each of them with the name of its stream."""
    for number in range(WORDS):
        yield f"{name}:{number} "
        time.sleep(0.002)


@pytest.mark.slow
def test_fifty_readers_of_eight_streams(tmp_path: Path) -> None:
    """Whoever reads, wherever and since when: all words of the one stream, in order, and no other."""
    store, sid, start = SQLiteSessionStore(tmp_path / "s.db"), new_session_id(), threading.Event()
    pages = [Page(sid, store, limits=Settings(tasks_per_session=8)) for _ in range(4)]
    elsewhere = [PageElsewhere(sid, store) for _ in range(2)]

    def begin(number: int) -> None:
        start.wait()
        pages[number % 4].begin(f"answer {number % 8}", speak, number % 8)

    def read(number: int) -> str:
        start.wait()
        page = [*pages, *elsewhere][number % 6]
        time.sleep(number / 100)
        until(lambda: page.stream(f"answer {number % 8}") is not None)
        stream = page.stream(f"answer {number % 8}")
        assert stream is not None
        return "".join(stream)

    with ThreadPoolExecutor(66) as pool:
        begun = [pool.submit(begin, number) for number in range(16)]
        texts = [pool.submit(read, number) for number in range(50)]
        start.set()
        for each in begun:
            each.result(120)
        for number, text in enumerate(texts):
            assert text.result(120) == "".join(f"{number % 8}:{word} " for word in range(WORDS))
    until(lambda: not writer.unsaved())
    store.close()


def names_of_threads() -> set[str]:
    """Of those that run."""
    return {thread.name for thread in threading.enumerate()}


@pytest.mark.slow
def test_memory_is_flat(sid: str) -> None:
    """An hour's worth of chunks of streams that nobody reads: bounded while they run, and gone after."""
    store = InMemorySessionStore()

    def forever() -> Iterator[str]:
        while True:
            yield "token "

    def round_of(number: int) -> None:
        page = Page(sid, store, limits=Settings(task_bytes=200_000), hold_seconds=0.01)
        for key in range(3):
            assert page.begin(f"{number} {key}", forever).wait(60)
            until(lambda: "fluxlit-task" not in names_of_threads())  # it holds the task a little longer
        until(lambda: not writer.unsaved())
        for key in range(3):
            stream = page.stream(f"{number} {key}")
            assert stream is not None
            stream.discard()
        until(lambda: not writer._discarded and "fluxlit-task-writer" not in names_of_threads())

    round_of(0)
    gc.collect()
    tracemalloc.start()
    sizes = []
    for number in range(1, 7):
        round_of(number)
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    # What is not freed grows in each round, by 600 KB if it is the chunks. A dictionary of the process, which
    # has nothing to do with it, may double once.
    growth = [after - before for before, after in pairwise(sizes)]
    assert statistics.median(growth) < 10_000, sizes
    assert registry.of(sid) == []
    until(lambda: writer._is_writing is False)


@pytest.mark.slow
@pytest.mark.parametrize("server", [LocalRedis, LocalPostgres, LocalMariaDB])
def test_on_servers(server: type[LocalRedis | LocalPostgres | LocalMariaDB]) -> None:
    """Begun in one process, followed and taken in another."""
    require(server)
    with server() as running:
        store, sid, model = open_store(running.url), new_session_id(), Model("one ", "two")
        assert isinstance(store, VersionedStore)
        page, elsewhere = Page(sid, store), PageElsewhere(sid, store)
        store.set(sid, {})
        answer = page.begin("answer", model)
        model.go_on()
        until(lambda: (found := elsewhere.stream("answer")) is not None and found.text == "one ")
        model.go_on(2)
        followed = elsewhere.stream("answer")
        assert followed is not None
        assert "".join(followed) == "one two"
        assert followed.take() == "one two"
        assert answer.take() is None
        elsewhere.save()
        assert elsewhere.stream("answer") is None
        until(lambda: not writer.unsaved() and not writer._discarded)
        store.close()


def test_spans_of_the_function_are_children_of_the_callers(sid: str) -> None:
    """The context of OpenTelemetry goes along."""
    trace = pytest.importorskip("opentelemetry.sdk.trace")
    tracer = trace.TracerProvider().get_tracer("app")

    def ask() -> Iterator[str]:
        with tracer.start_as_current_span("ask") as span:
            yield f"{span.parent.span_id:x}"

    with tracer.start_as_current_span("run") as run:
        answer = Page(sid, InMemorySessionStore()).begin("answer", ask)
    assert "".join(answer) == f"{run.context.span_id:x}"
