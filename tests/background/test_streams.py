"""Streams over any store: started once, found again, whole, in order, taken once, ended with the session."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import pytest

from fluxlit_component.background import record, registry, writer
from fluxlit_component.background.record import name_of
from fluxlit_component.background.tasks import carry_tasks, end_tasks
from fluxlit_component.background.views import Stream
from fluxlit_component.errors import ConfigurationError, StoreUnavailable, TooManyTasks
from fluxlit_component.identifier import new_session_id
from fluxlit_component.settings import Settings
from fluxlit_component.state.record import Commit, Lifetimes
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.testing.contract import race
from tests.background.home import LIVES, Page, PageElsewhere
from tests.background.model import Model, until
from tests.forgetting import forget_savings

MakeModel = Callable[..., Model]


def there(stream: Stream | None) -> Stream:
    """A stream that has to be there."""
    assert stream is not None
    return stream


def test_it_starts_once_and_is_found_again(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """However often the script runs, on however many pages: one call of the function."""
    ask = model("a", "b")
    page = Page(sid, store)
    assert page.stream("answer") is None
    for _ in range(3):
        page.begin("answer", ask)
    other = Page(sid, store)
    assert other.begin("answer", ask).is_running
    ask.go_on(3)
    assert "".join(there(other.stream("answer"))) == "ab"
    assert there(page.stream("answer")).chunks == ("a", "b")
    assert ask.began == 1
    assert there(page.stream("answer")).is_done


def test_a_finished_run_is_not_started_again(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """A peer's mistake: the script runs again after the end, and asks the model again."""
    ask = model("a", at_once=True)
    for page in (Page(sid, store), Page(sid, store)):
        assert page.begin("answer", ask).wait(60)
    elsewhere = PageElsewhere(sid, store)
    until(lambda: not writer.unsaved())
    assert elsewhere.begin("answer", ask).text == "a"
    assert ask.began == 1


def test_the_text_before_the_refresh_is_there(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """A peer's mistake: a reader that comes in the middle sees only what comes later."""
    ask = model("one ", "two ", "three")
    page = Page(sid, store)
    page.begin("answer", ask)
    ask.go_on(2)
    until(lambda: there(page.stream("answer")).text == "one two ")
    late = iter(there(Page(sid, store).stream("answer")))
    assert next(late) == "one two "
    ask.go_on(2)
    assert [*late] == ["three"]


def test_text_comes_once(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """A peer's mistake: the replayed text and the followed one overlap."""
    words = [f"{n} " for n in range(200)]
    page = Page(sid, store)
    page.begin("answer", model(*words, at_once=True))
    assert "".join(there(page.stream("answer"))) == "".join(words)
    until(lambda: not writer.unsaved())
    elsewhere = there(PageElsewhere(sid, store).stream("answer"))
    assert elsewhere.chunks == tuple(words)
    assert "".join(elsewhere) == "".join(words)


def test_another_process_follows_from_the_store(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """While the one that works lives: it is running, comes on, and ends; nobody calls the model again."""
    ask = model("one ", "two")
    page = Page(sid, store)
    page.begin("answer", ask)
    elsewhere = PageElsewhere(sid, store).begin("answer", ask)
    assert elsewhere.is_running
    reader = iter(elsewhere)
    ask.go_on()
    assert next(reader) == "one "
    ask.go_on(2)
    assert [*reader] == ["two"]
    assert elsewhere.is_done
    assert ask.began == 1


def test_interrupted_when_its_process_is_gone(
    store: VersionedStore, sid: str, model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer's mistake: an endless spinner. The text so far is kept, and can be taken."""
    ask = model("one ", "two")
    page = Page(sid, store)
    page.begin("answer", ask)
    ask.go_on()
    elsewhere = PageElsewhere(sid, store)
    until(lambda: there(elsewhere.stream("answer")).text == "one ")
    assert there(elsewhere.stream("answer")).is_running
    (saving,) = writer._savings.values()
    renewed = saving.renewed
    monkeypatch.setattr(writer, "LEASE_SECONDS", 0.3)  # from now on, so that it is over soon
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.0)
    until(lambda: saving.renewed > renewed)
    forget_savings()  # nobody renews the lease any more
    until(lambda: there(elsewhere.stream("answer")).state == "interrupted")
    answer = there(elsewhere.stream("answer"))
    assert [*answer] == ["one "]
    assert answer.take() == "one "


def test_taken_once_over_pages_and_processes(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """Of three that want it one gets it; then the key is free everywhere."""
    page, other, elsewhere = Page(sid, store), Page(sid, store), PageElsewhere(sid, store)
    assert page.begin("answer", model("text", at_once=True)).wait(60)
    until(lambda: not writer.unsaved())
    found = [there(each.stream("answer")) for each in (page, other, elsewhere)]
    assert race(3, lambda number: found[number].take()).count("text") == 1
    assert [each.stream("answer") for each in (page, other, elsewhere)] == [None, None, None]
    for each in (page, other, elsewhere):
        each.save()
    again = model("more", at_once=True)
    assert "".join(other.begin("answer", again)) == "more"


def test_running_it_cannot_be_taken(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """None, and it goes on."""
    ask = model("a")
    page = Page(sid, store)
    assert page.begin("answer", ask).take() is None
    ask.go_on(2)
    assert "".join(there(page.stream("answer"))) == "a"
    assert there(page.stream("answer")).take() == "a"


def test_what_was_taken_and_never_saved_is_there_again(
    store: VersionedStore, sid: str, model: MakeModel
) -> None:
    """The process died between: the state does not have it, so it is still to be taken."""
    page = Page(sid, store)
    page.begin("answer", model("text", at_once=True)).wait(60)
    until(lambda: not writer.unsaved())
    assert there(PageElsewhere(sid, store).stream("answer")).take() == "text"
    later = PageElsewhere(sid, store)
    assert later.stream("answer") is None
    let_claim_end(store, sid)
    assert there(later.stream("answer")).take() == "text"


def let_claim_end(store: VersionedStore, sid: str) -> None:
    """As if the time had passed for which the result is reserved for who has taken it."""
    kept = store.load(sid)
    assert kept is not None
    stored = kept.fields[name_of("answer")]
    note = record.Note.of(stored)
    assert note is not None
    over = replace(note, taken=1.0).change(stored.version)
    assert not store.commit(sid, LIVES.commit({name_of("answer"): over})).refused


def test_a_page_that_was_left_takes_nothing(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """F5 in that very moment: its state is not saved any more, so the page after it has to take it."""
    left, page = Page(sid, store), Page(sid, store)
    answer = left.begin("answer", model("text", at_once=True))
    assert answer.wait(60)
    left.has_left = True
    assert answer.take() is None
    assert there(page.stream("answer")).take() == "text"


def test_stopped_at_once_and_its_function_at_the_next_chunk(
    store: VersionedStore, sid: str, model: MakeModel
) -> None:
    """The text so far stays; the generator is closed, so that its connection is."""
    ask = model("one ", "two ", "three ")
    page = Page(sid, store)
    answer = page.begin("answer", ask)
    ask.go_on()
    until(lambda: answer.text == "one ")
    answer.stop()
    assert answer.state == "stopped"
    ask.go_on()
    until(lambda: ask.is_closed)
    assert answer.text == "one "
    assert answer.take() == "one "


def test_stopped_from_another_process(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """Word comes with the next batch."""
    ask = model("one ", "two ")
    page = Page(sid, store)
    answer = page.begin("answer", ask)
    ask.go_on()
    elsewhere = there(PageElsewhere(sid, store).stream("answer"))
    until(lambda: elsewhere.text == "one ")
    elsewhere.stop()
    ask.go_on()
    until(lambda: answer.state == "stopped")
    until(lambda: elsewhere.state == "stopped")
    assert elsewhere.take() == answer.text


def test_discarded_it_is_gone_and_the_next_one_is_its_own(
    store: VersionedStore, sid: str, model: MakeModel
) -> None:
    """A peer's mistake: tokens of the old answer in the new conversation."""
    old, new = model("old ", "old "), model("new", at_once=True)
    page = Page(sid, store)
    answer = page.begin("answer", old)
    old.go_on()
    until(lambda: answer.text)
    answer.discard()
    assert page.stream("answer") is None
    fresh = page.begin("answer", new)
    old.go_on(2)
    until(lambda: old.is_closed)
    assert "".join(fresh) == "new"
    until(lambda: not writer.unsaved())
    assert there(PageElsewhere(sid, store).stream("answer")).text == "new"


def test_sessions_have_nothing_in_common(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """The same key in two sessions is two streams, and their records tell nothing of the id."""
    mine, theirs = Page(sid, store), Page(new_session_id(), store)
    mine.begin("answer", model("mine", at_once=True))
    theirs.begin("answer", model("theirs", at_once=True))
    assert "".join(there(mine.stream("answer"))) == "mine"
    assert "".join(there(theirs.stream("answer"))) == "theirs"
    until(lambda: not writer.unsaved())
    kept = store.load(sid)
    assert kept is not None
    place = record.Note.of(kept.fields[name_of("answer")])
    assert place is not None
    assert sid not in str(store.load(place.place))


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


def test_a_key_is_of_one_kind(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """A job is no stream: the error names the key."""
    page = Page(sid, store)
    page.begin("answer", model("a", at_once=True))
    with pytest.raises(ConfigurationError, match="'answer' there is a stream"):
        page.job("answer")


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


def test_it_ends_with_its_session(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """Destroyed here: stopped and gone, in the store too."""
    ask = model("one ", "two ")
    page = Page(sid, store)
    answer = page.begin("answer", ask)
    ask.go_on()
    until(lambda: there(PageElsewhere(sid, store).stream("answer")).text == "one ")
    kept = store.load(sid)
    assert kept is not None
    places = [note.place for note in record.notes_of(kept).values()]
    end_tasks(store, sid, kept)
    store.delete(sid)
    assert answer.state == "stopped"
    ask.go_on()
    until(lambda: ask.is_closed)
    assert Page(sid, store).stream("answer") is None
    until(lambda: not writer.unsaved())
    assert [store.load(place) for place in places] == [None]


def test_it_ends_with_its_session_elsewhere(
    store: VersionedStore, sid: str, model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Destroyed by another process, or expired: noticed when the lease is renewed."""
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.2)
    ask = model("one ", "two ")
    answer = Page(sid, store).begin("answer", ask)
    store.delete(sid)
    until(lambda: answer.state == "stopped")
    until(lambda: not writer.unsaved())


def test_an_expired_session_ends_it(sid: str, model: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has been there for as long as a session lives."""
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.2)
    store = InMemorySessionStore()
    answer = Page(sid, store, lifetimes=Lifetimes(0.5, None)).begin("answer", model("one "))
    until(lambda: answer.state == "stopped")
    assert store.load(sid) is None


def test_it_goes_along_when_the_session_is_rotated(
    store: VersionedStore, sid: str, model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the new id it is found, here and elsewhere; the old one's end does not end it."""
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.2)
    ask, fresh = model("one ", "two"), new_session_id()
    Page(sid, store).begin("answer", ask)
    ask.go_on()
    assert store.copy(sid, fresh)
    kept = store.load(fresh)
    assert kept is not None
    carry_tasks(store, sid, fresh, kept, LIVES)
    store.delete(sid)
    time.sleep(0.5)
    ask.go_on(2)
    assert "".join(there(Page(fresh, store).stream("answer"))) == "one two"
    assert Page(sid, store).stream("answer") is None
    until(lambda: not writer.unsaved())
    assert there(PageElsewhere(fresh, store).stream("answer")).text == "one two"


def test_rotated_by_another_process(
    store: VersionedStore, sid: str, model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that works is told that its session has moved, and goes on."""
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.3)
    ask, fresh = model("one ", "two"), new_session_id()
    answer = Page(sid, store).begin("answer", ask)
    ask.go_on()
    until(lambda: there(PageElsewhere(sid, store).stream("answer")).text)
    assert store.copy(sid, fresh)
    kept = store.load(fresh)
    assert kept is not None
    monkeypatch.setattr("fluxlit_component.background.registry.of", lambda sid: [])
    monkeypatch.setattr("fluxlit_component.background.registry.rename", lambda old, new: None)
    carry_tasks(store, sid, fresh, kept, LIVES)
    until(lambda: any(saving.is_moved for saving in writer._savings.values()))
    store.delete(sid)
    time.sleep(0.6)
    assert answer.is_running
    ask.go_on(2)
    assert "".join(there(PageElsewhere(fresh, store).stream("answer"))) == "one two"


class Away(InMemorySessionStore):
    """Does not answer while it is told to."""

    is_away = False
    commits = 0

    def commit(self, session_id: str, commit: Commit) -> Any:
        self._answer()
        self.commits += 1
        return super().commit(session_id, commit)

    def load(self, session_id: str) -> Any:
        self._answer()
        return super().load(session_id)

    def _answer(self) -> None:
        if self.is_away:
            raise StoreUnavailable("no answer")


def test_an_outage_delays_and_loses_nothing(sid: str, model: MakeModel) -> None:
    """Begun, answered and read while the store is away; when it is back, all is there."""
    store, words = Away(), [f"{n} " for n in range(50)]
    ask = model(*words)
    page = Page(sid, store)
    store.commit(sid, Commit({}, create=True))
    store.is_away = True
    answer = page.begin("answer", ask)
    ask.go_on(20)
    until(lambda: len(answer.chunks) == 20)
    assert there(page.stream("answer")).text == "".join(words[:20])
    store.is_away = False
    until(lambda: store.commits > 3)
    store.is_away = True
    ask.go_on(31)
    assert "".join(answer) == "".join(words)
    store.is_away = False
    until(lambda: not writer.unsaved())
    assert page.failures == ["read", "write"]


def test_a_store_that_lost_everything_gets_all_again(sid: str, model: MakeModel) -> None:
    """Redis without persistence was started again: what is running is written anew."""
    store, ask = InMemorySessionStore(), model("one ", "two")
    page = Page(sid, store)
    page.begin("answer", ask)
    ask.go_on()
    until(lambda: there(PageElsewhere(sid, store).stream("answer")).text)
    kept = store.load(sid)
    assert kept is not None
    (note,) = record.notes_of(kept).values()
    store._sessions.pop(record_name(note.place))
    ask.go_on(2)
    assert "".join(there(page.stream("answer"))) == "one two"
    until(lambda: not writer.unsaved())
    assert there(PageElsewhere(sid, store).stream("answer")).chunks == ("one ", "two")


def record_name(place: str) -> str:
    """What a store calls it."""
    from fluxlit_component.identifier import stored_key

    return stored_key(place)


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


def test_contextvars_go_along(store: VersionedStore, sid: str) -> None:
    """And with them the context of OpenTelemetry; what the function sets stays its own."""
    who: ContextVar[str] = ContextVar("who", default="nobody")

    def ask() -> Iterator[str]:
        yield who.get()
        who.set("somebody else")

    who.set("Ada")
    assert "".join(Page(sid, store).begin("answer", ask)) == "Ada"
    assert who.get() == "Ada"


def test_without_a_store_it_lives_as_long_as_the_page(sid: str, model: MakeModel) -> None:
    """Where no session is kept everything works in this process."""
    page = Page(sid, None)
    assert "".join(page.begin("answer", model("a", at_once=True))) == "a"
    assert there(page.stream("answer")).take() == "a"
    assert page.stream("answer") is None
