"""A store that is away, or that has lost everything, while a stream runs."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from fluxlit_component.background import record, writer
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.away import Away
from tests.background.home import Page, PageElsewhere, there
from tests.background.model import MakeModel, until


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


def test_a_store_of_the_apps_own_fails_as_it_likes(sid: str, model: MakeModel) -> None:
    """With a `KeyError`, say: that does not mean that nobody wants the answer any more."""
    store, ask = Away(), model("one ", "two")
    store.failure = KeyError("host")
    page = Page(sid, store)
    answer = page.begin("answer", ask)
    until(lambda: store.commits > 1)
    store.is_away = True
    ask.go_on(3)
    assert "".join(answer) == "one two"
    writer.write_once()
    store.is_away = False
    until(lambda: not writer.unsaved())
    assert there(PageElsewhere(sid, store).stream("answer")).text == "one two"


def test_what_is_taken_in_an_outage_is_not_there_twice(sid: str) -> None:
    """Another process could take it too, so nobody gets it before the store answers."""
    store = Away()
    page = Page(sid, store)
    job = page.job("count", len, "abc")
    assert job is not None
    assert job.wait(60)
    until(lambda: not writer.unsaved())
    store.is_away = True
    assert job.take() is None
    assert page.job("count") is not None
    store.is_away = False
    assert job.take() == 3
    elsewhere = PageElsewhere(sid, store).job("count")
    assert elsewhere is None or elsewhere.take() is None


def test_a_store_that_deletes_nothing_keeps_no_other_from_deleting(
    sid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discarded records of two stores: the first store fails each time."""
    stores = InMemorySessionStore(), InMemorySessionStore()
    monkeypatch.setattr(stores[0], "delete", Mock(side_effect=StoreUnavailable("no")))
    deleted = Mock(side_effect=stores[1].delete)
    monkeypatch.setattr(stores[1], "delete", deleted)
    for store in stores:
        page = Page(sid, store)
        job = page.job("count", len, "abc")
        assert job is not None
        job.wait(60)
        until(lambda: not writer.unsaved())
        job.discard()
    until(lambda: deleted.called)


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
