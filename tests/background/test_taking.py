"""A stream is taken once, over all pages and processes of its session."""

from __future__ import annotations

from dataclasses import replace

from fluxlit_component.background import record, writer
from fluxlit_component.state.record import TASK
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.testing.contract import race
from tests.background.home import LIVES, Page, PageElsewhere, there
from tests.background.model import MakeModel, until


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
    stored = kept.fields[TASK + "answer"]
    note = record.Note.of(stored)
    assert note is not None
    over = replace(note, taken=1.0).change(stored.version)
    assert not store.commit(sid, LIVES.commit({TASK + "answer": over})).refused


def test_a_page_that_was_left_takes_nothing(store: VersionedStore, sid: str, model: MakeModel) -> None:
    """F5 in that very moment: its state is not saved any more, so the page after it has to take it."""
    left, page = Page(sid, store), Page(sid, store)
    answer = left.begin("answer", model("text", at_once=True))
    assert answer.wait(60)
    left.has_left = True
    assert answer.take() is None
    assert there(page.stream("answer")).take() == "text"
