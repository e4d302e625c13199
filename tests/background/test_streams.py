"""Streams over any store: started once, found again, whole, in order, stopped or discarded."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from fluxlit_component.background import record, writer
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.record import TASK
from fluxlit_component.stores.base import VersionedStore
from tests.background.home import Page, PageElsewhere, another_process, there
from tests.background.model import MakeModel, until
from tests.forgetting import forget_savings


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


@pytest.mark.parametrize("way", ["discarded", "taken"])
def test_the_answer_before_does_not_come_back_on_its_replica(
    store: VersionedStore, sid: str, model: MakeModel, way: str
) -> None:
    """F5 on another replica, where the next question is asked; then F5 on the first one again."""
    Page(sid, store).begin("answer", model("old", at_once=True)).wait(60)
    until(lambda: not writer.unsaved())
    with another_process():
        elsewhere = Page(sid, store)
        before = there(elsewhere.stream("answer"))
        if way == "taken":
            assert before.take() == "old"
            elsewhere.save()
        else:
            before.discard()
    page = Page(sid, store)
    assert page.stream("answer") is None
    with another_process():
        elsewhere.begin("answer", model("new", at_once=True)).wait(60)
        until(lambda: not writer.unsaved())
    assert there(page.stream("answer")).text == "new"


def test_the_next_answer_of_another_replica_can_be_discarded(
    store: VersionedStore, sid: str, model: MakeModel
) -> None:
    """The button that writes the report again does so on the replica that has written it before, too."""
    Page(sid, store).begin("report", model("first", at_once=True)).wait(60)
    until(lambda: not writer.unsaved())
    with another_process():
        elsewhere = Page(sid, store)
        there(elsewhere.stream("report")).discard()
        elsewhere.begin("report", model("second", at_once=True)).wait(60)
        until(lambda: not writer.unsaved())
    page = Page(sid, store)
    there(page.stream("report")).discard()
    assert "".join(page.begin("report", model("third", at_once=True))) == "third"


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
    place = record.Note.of(kept.fields[TASK + "answer"])
    assert place is not None
    assert sid not in str(store.load(place.place))


def test_a_key_is_of_one_kind(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """A job is no stream: the error names the key."""
    page = Page(sid, store)
    page.begin("answer", model("a", at_once=True))
    with pytest.raises(ConfigurationError, match="'answer' there is a stream"):
        page.job("answer")


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
