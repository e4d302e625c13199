"""A store that is away, or that has lost everything, while a stream runs."""

from __future__ import annotations

from typing import Any

from fluxlit_component.background import record, writer
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.background.home import Page, PageElsewhere, there
from tests.background.model import MakeModel, until


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
