"""A stream ends with its session, and goes along when the session is rotated."""

from __future__ import annotations

import time

import pytest

from fluxlit_component.background import record, writer
from fluxlit_component.background.tasks import carry_tasks, end_tasks
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.record import Lifetimes
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.background.home import LIVES, Page, PageElsewhere, there
from tests.background.model import MakeModel, until


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
