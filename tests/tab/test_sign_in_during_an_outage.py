"""Somebody signs in or out while the store does not answer, or is slow."""

from __future__ import annotations

import pytest

from fluxlit_component import InMemorySessionStore, StoreUnavailable
from fluxlit_component.state.owner import is_bound
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores.outage import breaker_of
from tests.tab.people import ADA, BOB, NOTHING, People, notes, seen, write
from tests.visitor import Visitor

pytestmark = pytest.mark.usefixtures("forced")


class FaultyStore(InMemorySessionStore):
    """Does not answer while a test says so."""

    is_down = False

    def load(self, session_id: str) -> Record | None:
        self._ask()
        return super().load(session_id)

    def copy(self, source: str, target: str) -> bool:
        self._ask()
        return super().copy(source, target)

    def _ask(self) -> None:
        if self.is_down:
            raise StoreUnavailable("no answer")


def test_a_sign_in_while_the_store_is_down() -> None:
    """The visitor works on, what is saved then is theirs already, and the new id comes with the next run."""
    store = FaultyStore()
    visitor = Visitor(notes, store=store, identity=None)
    write(visitor, "private")
    old = visitor.sid
    store.is_down = True
    visitor.seen["options"]["identity"] = ADA
    visitor.run()
    assert visitor.sid == old
    assert seen(visitor)[0] == "private"
    write(visitor, "Ada's")
    store.is_down = False
    breaker_of(store).succeeded()  # a busy machine may have opened it for a while
    record = store.load(old)
    assert record is not None
    assert is_bound(record)
    visitor.run().run()
    assert visitor.sid != old
    assert store.get(old) is None


class GoneStore(FaultyStore):
    """Neither reads nor writes while a test says so; `is_slow`: a copy takes all the time that a run has."""

    is_slow = False

    def copy(self, source: str, target: str) -> bool:
        copied = super().copy(source, target)
        self.is_down = self.is_slow
        return copied

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        self._ask()
        return super().commit(session_id, commit)

    def delete(self, session_id: str) -> None:
        self._ask()
        super().delete(session_id)

    def records(self) -> int:
        """How many records there are."""
        return sum(entry.standing == "alive" for entry in self.browse())


@pytest.mark.parametrize("is_known", [True, False], ids=["the id is known", "the id is not known yet"])
def test_what_is_entered_after_a_sign_in_that_was_not_stored_reaches_nobody_else(*, is_known: bool) -> None:
    """Whose session it is is known at once, also if neither store nor browser knows it yet."""
    store = GoneStore()
    people = People({"store": store})
    visitor = write(people.load(None), "before")
    store.is_down = True
    if not is_known:
        visitor = people.load(None, visitor.sid)
    people.rerun(visitor, ADA)
    write(visitor, "Ada's")
    assert seen(people.rerun(visitor, None)) == NOTHING
    assert seen(people.rerun(visitor, BOB)) == NOTHING
    store.is_down = False
    breaker_of(store).succeeded()  # a busy machine may have opened it for a while
    assert seen(visitor.run().run()) == NOTHING
    assert visitor.session.status == "ready"
    assert seen(people.load(BOB, visitor.sid)) == NOTHING
    assert people.changes() == ["logout", "login"]


def test_a_sign_in_at_a_slow_store_leaves_no_copies_behind() -> None:
    """Each run tries again to copy the record under a new id."""
    store = GoneStore()
    people = People({"store": store})
    visitor = write(people.load(None), "private")
    store.is_slow = True
    for _ in range(6):
        people.rerun(visitor, ADA)
        store.is_down = False
        breaker_of(store).succeeded()  # a busy machine may have opened it for a while
        assert store.records() <= 2
    store.is_slow = False
    visitor.run().run().run()
    assert store.records() == 1
    assert seen(people.load(ADA, visitor.sid))[0] == "private"
