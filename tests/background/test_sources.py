"""What a stream may come from and bring: iterables, coroutines, their errors, and chunks of any kind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fluxlit_component.background import writer
from fluxlit_component.stores.base import VersionedStore
from tests.background.home import Page, PageElsewhere, there
from tests.background.model import MakeModel, until


def test_what_fails_says_so_and_keeps_its_text(store: VersionedStore, sid: str) -> None:
    """Type and text of the error, for the app."""

    def ask() -> Iterator[str]:
        yield "half "
        raise ValueError("no more tokens")

    page = Page(sid, store)
    answer = page.begin("answer", ask)
    assert [*answer] == ["half "]
    assert (answer.state, answer.error) == ("failed", "ValueError: no more tokens")
    until(lambda: not writer.unsaved())
    elsewhere = there(PageElsewhere(sid, store).stream("answer"))
    assert (elsewhere.state, elsewhere.error, elsewhere.text) == (
        *("failed", "ValueError: no more tokens", "half "),
    )


def test_chunks_of_any_storable_kind(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """Texts are joined, the others stand between them as they are."""
    page = Page(sid, store)
    answer = page.begin("answer", model("a", "b", {"x": [1, 2]}, "c", at_once=True))
    assert answer.wait(60)
    assert [*answer] == ["ab", {"x": [1, 2]}, "c"]
    until(lambda: not writer.unsaved())
    assert there(PageElsewhere(sid, store).stream("answer")).chunks == ("a", "b", {"x": [1, 2]}, "c")
    assert answer.take() == ["ab", {"x": [1, 2]}, "c"]


def test_what_cannot_be_stored_is_refused(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """A client's own object: the error says what to do."""
    answer = Page(sid, store).begin("answer", model("a", print, at_once=True))
    assert answer.wait(60)
    assert answer.state == "failed"
    assert "cannot be stored" in str(answer.error)


def test_sources(store: VersionedStore, sid: str) -> None:
    """A generator function, an iterator, async generators, awaitables, a single text."""

    async def typed(text: str) -> AsyncIterator[str]:
        for char in text:
            yield char

    async def asked(text: str) -> Any:
        return typed(text)

    page = Page(sid, store)
    sources: dict[str, Any] = {
        "function": lambda: iter(["a", "b"]),
        "async": lambda: typed("ab"),
        "awaitable": lambda: asked("ab"),
        "text": lambda: "ab",
    }
    for key, source in sources.items():
        assert "".join(page.begin(key, source)) == "ab", key
    wrong = page.begin("wrong", lambda: 5)
    assert wrong.wait(60)
    assert "generator" in str(wrong.error)


def test_an_awaitable_and_its_generator_have_one_event_loop(store: VersionedStore, sid: str) -> None:
    """What a coroutine makes, such as a client, belongs to the loop in which its answer is consumed."""
    loops: list[asyncio.AbstractEventLoop] = []

    async def typed() -> AsyncIterator[str]:
        loops.append(asyncio.get_running_loop())
        yield "a"

    async def asked() -> AsyncIterator[str]:
        loops.append(asyncio.get_running_loop())
        return typed()

    assert "".join(Page(sid, store).begin("answer", asked)) == "a"
    assert loops[0] is loops[1]


def test_stopped_an_async_generator_is_closed(store: VersionedStore, sid: str) -> None:
    """Like a plain one: so is the connection that it holds."""
    steps, closed = threading.Semaphore(0), threading.Event()

    async def typed() -> AsyncIterator[str]:
        try:
            while True:
                yield "a"
                await asyncio.to_thread(steps.acquire, timeout=120)
        finally:
            await asyncio.sleep(0)
            closed.set()

    answer = Page(sid, store).begin("answer", typed)
    until(lambda: answer.text == "a")
    answer.stop()
    steps.release()
    assert closed.wait(60)
    assert (answer.state, answer.text) == ("stopped", "a")
