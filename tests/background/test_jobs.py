"""Jobs: one result, progress on the way, in a thread or in a pool of the app's own."""

from __future__ import annotations

import gc
import math
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from types import ModuleType
from typing import Any

import pytest

from fluxlit_component import progress
from fluxlit_component.background import registry, task, writer
from fluxlit_component.background.record import Note, RemoteTask
from fluxlit_component.background.views import Job
from fluxlit_component.clock import monotonic
from fluxlit_component.state.record import Lifetimes
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.background.home import Page, PageElsewhere
from tests.background.model import until


def there(job: Job | None) -> Job:
    """A job that has to be there."""
    assert job is not None
    return job


class Training:
    """Goes on step by step, as the test lets it."""

    def __init__(self) -> None:
        self.steps = threading.Semaphore(0)
        self.is_over = False

    def __call__(self, epochs: int) -> dict[str, int]:
        try:
            for epoch in range(epochs):
                progress(epoch / epochs, f"epoch {epoch}")
                self.steps.acquire(timeout=120)
            return {"epochs": epochs}
        finally:
            self.is_over = True


def test_progress_and_result(store: VersionedStore, sid: str) -> None:
    """Here and in another process: how far it is, then what it has returned."""
    training, page, elsewhere = Training(), Page(sid, store), PageElsewhere(sid, store)
    job = there(page.job("train", training, 2))
    training.steps.release()
    until(lambda: job.note == "epoch 1")
    assert (job.progress, job.result, job.take()) == (0.5, None, None)
    until(lambda: there(elsewhere.job("train")).note == "epoch 1")
    assert there(elsewhere.job("train")).progress == 0.5
    training.steps.release()
    assert job.wait(60)
    assert (job.is_done, job.progress, job.result) == (True, 1.0, {"epochs": 2})
    until(lambda: not writer.unsaved())
    assert there(elsewhere.job("train")).take() == {"epochs": 2}
    assert job.take() is None
    assert page.job("train") is None


def test_stopped_at_its_next_word(store: VersionedStore, sid: str) -> None:
    """Code of the app that catches `Exception` does not hold it up."""
    training = Training()
    job = there(Page(sid, store).job("train", training, 9))
    until(lambda: job.note)
    job.stop()
    training.steps.release()
    until(lambda: training.is_over)
    assert (job.state, job.result, job.error) == ("stopped", None, None)


def test_a_result_that_cannot_be_stored_stays_here(store: VersionedStore, sid: str) -> None:
    """By reference in this process; elsewhere it counts as interrupted, so that it can be made again."""
    page = Page(sid, store)
    job = there(page.job("load", threading.Lock))
    assert job.wait(60)
    assert job.result is there(page.job("load")).result
    until(lambda: not writer.unsaved())
    assert there(PageElsewhere(sid, store).job("load")).state == "interrupted"
    assert job.take() is not None


def test_an_error_that_cannot_say_what_it_is(store: VersionedStore, sid: str) -> None:
    """Its text is made by the app's code, which may fail, too."""

    class Odd(Exception):
        def __str__(self) -> str:
            raise KeyError("no text")

    def fail() -> None:
        raise Odd

    job = there(Page(sid, store).job("odd", fail))
    assert job.wait(60)
    assert (job.state, job.error) == ("failed", "Odd")


def test_a_wait_ends_in_time(store: VersionedStore, sid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it would wait for the next news; and elsewhere each attribute looks for news."""
    monkeypatch.setattr("fluxlit_component.background.views._WAIT_SECONDS", 600)
    gate = threading.Event()

    def fail() -> None:
        gate.wait(60)
        raise ValueError("too late")

    job = there(Page(sid, store).job("slow", fail))
    assert not job.wait(0.01)
    until(lambda: PageElsewhere(sid, store).job("slow"))
    elsewhere = there(PageElsewhere(sid, store).job("slow"))
    assert elsewhere.error is None
    gate.set()
    until(lambda: elsewhere.error)
    assert elsewhere.error == "ValueError: too late"


def test_in_a_pool_of_threads(store: VersionedStore, sid: str) -> None:
    """It waits its turn, has progress, and leaves the thread as it was."""
    with ThreadPoolExecutor(1) as pool:
        training = Training()
        page = Page(sid, store)
        first, second = page.job("1", training, 1, executor=pool), page.job("2", len, "abc", executor=pool)
        until(lambda: there(first).note == "epoch 0")
        assert there(second).is_running
        training.steps.release()
        assert there(second).wait(60)
        assert (there(first).result, there(second).result) == ({"epochs": 1}, 3)


def test_in_a_pool_of_processes(store: VersionedStore, sid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function as it is; its error comes back, too."""
    # A new process runs the main module again, and AppTest leaves the script of an earlier test as that.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        page = Page(sid, store)
        right, wrong = page.job("1", len, "abc", executor=pool), page.job("2", int, "x", executor=pool)
        assert there(right).wait(60)
        assert there(wrong).wait(60)
    assert there(right).result == 3
    assert str(there(wrong).error).startswith("ValueError")


def test_an_async_function_in_a_pool_of_another_kind(store: VersionedStore, sid: str) -> None:
    """It returns a coroutine there, which is not the result yet."""

    class AtOnce(Executor):
        def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            done: Future[Any] = Future()
            done.set_result(function(*args, **kwargs))
            return done

    async def seven() -> int:
        return 7

    job = there(Page(sid, store).job("count", seven, executor=AtOnce()))
    assert job.wait(60)
    assert job.result == 7


def test_the_clock_of_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that has just begun elsewhere has no record yet; only the store's clock counts."""
    now = time.time() - 3600
    task = RemoteTask("train", Note("place", "job", now + 10), now, InMemorySessionStore(), Lifetimes())
    task.refresh()
    assert task.is_running
    later = monotonic() + 11
    monkeypatch.setattr("fluxlit_component.background.record.monotonic", lambda: later)
    task.refresh()
    assert task.state == "interrupted"


def test_a_pool_that_takes_nothing_any_more(store: VersionedStore, sid: str) -> None:
    """The error is the app's, the key stays free, and the job counts no longer."""
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    page = Page(sid, store)
    with pytest.raises(RuntimeError):
        page.job("train", len, "abc", executor=pool)
    assert page.job("train") is None
    assert not any(task.is_working for task in registry._working)


def test_async(store: VersionedStore, sid: str) -> None:
    """A coroutine function has an event loop of its own."""

    async def train() -> int:
        return 3

    job = there(Page(sid, store).job("train", train))
    assert job.wait(60)
    assert job.result == 3


@pytest.mark.parametrize(("done", "progressed"), [(math.nan, 0.5), (math.inf, 1.0), (-1, 0.0), (None, 0.5)])
def test_progress_is_always_something_to_draw(
    store: VersionedStore, sid: str, done: Any, progressed: float
) -> None:
    """What is no number leaves it as it was, and a note that is no text becomes one."""

    def work() -> None:
        progress(0.5, "half")
        progress(done, 3)  # type: ignore[arg-type]
        raise ValueError

    job = there(Page(sid, store).job("train", work))
    assert job.wait(60)
    assert (job.progress, job.note) == (progressed, "3")


def test_progress_outside_of_a_job_does_nothing() -> None:
    """So the function can be called as it is."""
    progress(0.5, "half")


def test_what_has_ended_is_let_go(store: VersionedStore, sid: str) -> None:
    """Held while a page that has shown it lives, and a little longer; then the store has it."""
    page = Page(sid, store, hold_seconds=0.1)
    job = there(page.job("train", len, "abc"))
    assert job.wait(60)
    until(lambda: not writer.unsaved())
    time.sleep(0.15)
    there(Page(sid, store, hold_seconds=0.1).job("other", len, "abc"))
    assert registry.find(sid, "train") is not None
    del page, job
    gc.collect()  # the page of this test is part of a cycle
    until(lambda: is_let_go(sid, store))
    assert there(Page(sid, store).job("train")).result == 3


def test_a_result_does_not_hold_the_page_that_has_shown_it(
    store: VersionedStore, sid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result leads to the page, as an instance of a class of the script does: Streamlit is asked."""
    page = Page(sid, store, hold_seconds=0.1)
    job = there(page.job("train", lambda page: [lambda: page], page))
    assert job.wait(60)
    until(lambda: not writer.unsaved())
    del page, job
    gc.collect()
    assert not is_let_go(sid, store)
    monkeypatch.setattr(task, "is_known", lambda _: False)
    until(lambda: is_let_go(sid, store))


def is_let_go(sid: str, store: VersionedStore) -> bool:
    """Whether the process knows it no more, once another job begins."""
    time.sleep(0.15)
    Page(sid, store, hold_seconds=0.1).job(f"job {time.monotonic()}", len, "abc")
    return registry.find(sid, "train") is None
