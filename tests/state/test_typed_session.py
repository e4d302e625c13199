"""`url_session(model=...)`: what a record must be to come back, and what becomes of one that is not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
import streamlit as st
from pydantic import BaseModel, Field, ValidationError

from fluxlit_component import (
    ConfigurationError,
    Event,
    InMemorySessionStore,
    UnfitRecord,
    UrlSession,
    url_session,
)
from fluxlit_component.links.links import Order, make
from fluxlit_component.state.record import Lifetimes
from fluxlit_component.state.schema import Schema
from tests.three_methods import DictStore
from tests.visitor import PARAM, Visitor, assign, nothing

pytestmark = pytest.mark.usefixtures("forced")
SID = "S" * 43


class Game(BaseModel):
    """The state of the app."""

    level: int = 1
    player: str = "nobody"


@pytest.fixture
def store() -> InMemorySessionStore:
    """A store with one session to come back to."""
    store = InMemorySessionStore()
    store.set(SID, {"level": "3", "extra": "4"})
    return store


def visit(store: InMemorySessionStore, **options: Any) -> Visitor:
    """Come back to the session."""
    return Visitor(nothing, query={PARAM: SID}, store=store, model=Game, **options)


def test_validated_values_reach_the_state(store: InMemorySessionStore) -> None:
    """As the model makes them; what it does not name comes back too, what is missing has its default."""
    visitor = visit(store)
    assert visitor.state == {"level": 3, "extra": "4", "player": "nobody"}
    assert visitor.session.restored == ("extra", "level")
    assert store.get(SID) == {"level": 3, "extra": "4", "player": "nobody"}


def test_assigning_validates_and_writes_through(store: InMemorySessionStore) -> None:
    """What does not fit is refused, and the state stays."""

    def play(session: UrlSession[Game]) -> None:
        session.state.level += 1
        with pytest.raises(ValidationError):
            session.state.level = "high"  # type: ignore[assignment]

    visitor = visit(store).run(play)
    assert visitor.state["level"] == 4
    assert visitor.reload(nothing).state["level"] == 4


def test_a_field_is_not_deleted(store: InMemorySessionStore) -> None:
    """The error says what to do instead."""

    def erase(session: UrlSession[Game]) -> None:
        with pytest.raises(AttributeError, match=r"Game .*del st\.session_state\['level'\]"):
            del session.state.level

    assert visit(store).run(erase).state["level"] == 3


def test_without_a_model_there_is_no_typed_state(store: InMemorySessionStore) -> None:
    """The error says what to pass."""

    def body(session: UrlSession) -> None:
        with pytest.raises(ConfigurationError, match=r"url_session\(model="):
            _ = session.state

    Visitor(body, store=store)


class Draft(BaseModel):
    """A form of which some is not filled in yet."""

    title: str
    pages: int = 0


@pytest.mark.parametrize(("pages", "status"), [("3", "ready"), ("many", "degraded")])
def test_a_field_that_was_never_set_costs_nothing_else(pages: str, status: str) -> None:
    """What has no default may be missing from a record; what is there is validated all the same."""
    store = InMemorySessionStore()
    store.set(SID, {"pages": pages, "other": 1})

    def body(session: UrlSession[Draft]) -> None:
        with pytest.raises(AttributeError, match=r"assign session\.state\.title first"):
            _ = session.state.title

    visitor = Visitor(body, query={PARAM: SID}, store=store, model=Draft)
    assert visitor.session.status == status
    assert visitor.state == ({"pages": 3, "other": 1} if status == "ready" else {"pages": 0})


class Trip(BaseModel):
    """What widgets and changes in place can make of a state that pydantic would refuse."""

    note: str = ""
    days: tuple[date, date] = (date(2026, 1, 1), date(2026, 1, 2))
    code: str = Field(default="", pattern=r"^\d*$")
    names: list[str] = Field(default=[], max_length=1)


def test_values_that_the_model_would_refuse_come_back_as_after_a_rerun(store: InMemorySessionStore) -> None:
    """A range that is picked by half must not cost the visitor the session."""
    left = {"note": "important", "days": (date(2026, 2, 1),), "code": "1x", "names": ["a", "b"], "other": 1}
    first = Visitor(assign(**left), store=store, model=Trip)
    second = first.reload(nothing)
    assert (second.state, second.session.status) == (left, "ready")
    second.run(lambda session: setattr(session.state, "note", "new"))
    assert second.reload().state == {**left, "note": "new"}


def fail(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A migration with a mistake."""
    raise KeyError(values["level"])


@pytest.mark.parametrize(
    ("record", "options", "cause"),
    [
        pytest.param({"level": "high", "extra": "4"}, {}, "do not fit the model", id="values"),
        pytest.param(
            {"level": 3},
            {"schema_version": 2, "migrations": {1: fail}},
            "migration from schema version 1 failed",
            id="migration fails",
        ),
        pytest.param(
            {"level": 3}, {"schema_version": 2}, "no migration from schema version 1", id="no migration"
        ),
    ],
)
def test_a_record_that_does_not_fit_is_left_untouched(
    store: InMemorySessionStore,
    caplog: pytest.LogCaptureFixture,
    record: dict[str, Any],
    options: dict[str, Any],
    cause: str,
) -> None:
    """The app begins from its defaults and nothing of it is saved; the log and `on_error` tell once."""
    caplog.set_level(logging.WARNING, logger="fluxlit_component")
    store.set(SID, record)
    before = store.load(SID)
    events: list[Event] = []
    visitor = visit(store, on_error=events.append, **options)
    assert visitor.state == {"level": 1, "player": "nobody"}
    for level in (5, 6):
        visitor.run(lambda _, level=level: st.session_state.update(level=level, new=1))
        assert visitor.session.status == "degraded"
    assert visitor.state == {"level": 6, "player": "nobody", "new": 1}
    after = store.load(SID)
    assert before is not None
    assert after is not None
    assert (after.version, after.fields) == (before.version, before.fields)
    warnings = [message for message in caplog.messages if "is left untouched" in message]
    assert len(warnings) == 1
    assert cause in warnings[0]
    assert "high" not in warnings[0]
    assert [(event.kind, type(event.error)) for event in events] == [("error", UnfitRecord)]
    assert "high" not in f"{events[0].error} {events[0].error and events[0].error.__cause__}"


def test_a_record_that_fits_again_comes_back(store: InMemorySessionStore) -> None:
    """A corrected migration finds what the mistaken one left."""
    assert visit(store, schema_version=2, migrations={1: fail}).state["level"] == 1
    mended = visit(store, schema_version=2, migrations={1: lambda old: {**old, "level": 30}})
    assert (mended.session.status, mended.state["level"]) == ("ready", 30)
    record = store.load(SID)
    assert record is not None
    assert record.schema == 2


def test_a_release_before_the_schema_reads_and_does_not_write(store: InMemorySessionStore) -> None:
    """As in a rolling update: the old release leaves the record to the new one, which finds it as it was."""
    new = {"schema_version": 2, "migrations": {1: lambda old: {**old, "level": 30}}}
    visit(store, **new).run(lambda session: setattr(session.state, "level", 31))
    written = store.load(SID)
    old = visit(store)
    assert (old.session.status, old.state["level"]) == ("degraded", 31)
    old.run(lambda session: setattr(session.state, "level", 5))
    after = store.load(SID)
    assert written is not None
    assert after is not None
    assert (after.version, after.schema, after.fields) == (written.version, 2, written.fields)
    again = visit(store, **new)
    assert (again.session.status, again.state["level"]) == ("ready", 31)


NEXT = {"schema_version": 2, "migrations": {1: lambda old: {**old, "level": int(old["level"]) * 10}}}
"""The next release: its migration must not run twice."""


def put(**values: Any) -> Callable[[UrlSession[Game]], None]:
    """A run that sets fields."""
    return lambda session: [setattr(session.state, key, value) for key, value in values.items()]  # type: ignore[return-value]


@pytest.mark.parametrize("kind", [InMemorySessionStore, DictStore])
def test_a_page_of_the_old_release_does_not_undo_a_migration(
    kind: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It was open before: what it changes is not saved, and the log and `on_error` tell once."""
    store, events = kind(), list[Event]()
    old = Visitor(put(level=3), store=store, model=Game, on_error=events.append)
    new = old.reload(put(player="Ada"), **NEXT)
    assert (new.session.status, new.state["level"]) == ("ready", 30)
    for level in (5, 6):
        old.run(put(level=level))
        assert (old.session.status, old.state["level"]) == ("degraded", level)
    new = new.reload(nothing)
    assert (new.session.status, new.state) == ("ready", {"level": 30, "player": "Ada"})
    assert [type(event.error) for event in events] == [UnfitRecord]
    assert caplog.text.count("a newer release has migrated the session") == 1


@pytest.mark.parametrize(("version", "status"), [(1, "ready"), (2, "degraded")])
def test_a_page_of_a_release_without_a_model(version: int, status: str) -> None:
    """No migration leads to the first number, so such a page goes on. What it loads, it may change."""
    store, new = InMemorySessionStore(), NEXT if version == 2 else {}
    old = Visitor(assign(level=3), store=store)
    typed = {"model": Game, **new}
    old.reload(put(player="Ada"), **typed)
    assert old.run(assign(level=4)).session.status == status
    assert old.reload(assign(level=50)).session.status == "ready"
    record = store.load(old.sid)
    assert record is not None
    assert record.schema == version
    assert old.reload(nothing, **typed).state == {"level": 50, "player": "Ada"}


def test_what_is_not_of_the_app_leaves_the_number_alone() -> None:
    """Links and jobs of a page of the old release, and its notes, go on after the next one has migrated."""
    store = InMemorySessionStore()
    old = Visitor(put(level=3), store=store, model=Game)
    new = old.reload(put(player="Ada"), **NEXT)

    def use(session: UrlSession[Game]) -> None:
        session.link()
        session.job("sum", sum, [1, 2])

    old.run(use)
    assert (old.session.status, len(new.session.links())) == ("ready", 1)
    assert old.session.revoke_links() == 1
    record = store.load(old.sid)
    assert record is not None
    assert record.schema == 2
    assert new.reload(nothing).state["level"] == 30


def test_a_session_of_notes_alone_needs_no_migration() -> None:
    """A link has begun its record, and no migration expects a record without values."""
    store = InMemorySessionStore()
    token = make(store, SID, Order("resume", once=True, ttl_seconds=60), Lifetimes(), param=PARAM)
    assert token is not None
    visitor = visit(store, schema_version=2, migrations={1: fail})
    assert (visitor.session.status, visitor.state) == ("ready", {"level": 1, "player": "nobody"})
    record = store.load(SID)
    assert record is not None
    assert record.schema == 2


# --- migrations alone ----------------------------------------------------------------------------
CHAIN = {
    1: lambda old: {"level": old["stage"], "extra": old["extra"]},
    2: lambda old: {**old, "level": old["level"] * 10},
}


@pytest.mark.parametrize(
    ("version", "values"),
    [
        (0, {"stage": 3, "extra": "x"}),  # written before there was a schema
        (1, {"stage": 3, "extra": "x"}),
        (2, {"level": 3, "extra": "x"}),
        (3, {"level": "30", "extra": "x"}),
    ],
)
def test_migrations_begin_where_the_record_stands(version: int, values: dict[str, Any]) -> None:
    """Each brings it one version further, in their order, and the last form is validated."""
    before = dict(values)
    assert Schema(Game, version=3, migrations=CHAIN).fit(values, version) == {"level": 30, "extra": "x"}
    assert values == before


@pytest.mark.parametrize(
    "migrations",
    [{"1": fail}, {1: None, 2: fail}, {1: fail}, {1: fail, 2: fail, 3: fail}, {0: fail}, [fail], 5],
)
def test_migrations_that_lead_nowhere_are_refused(migrations: Any) -> None:
    """Each older record would be left untouched, and its visitor without state, for as long as this is so."""
    with pytest.raises(ConfigurationError, match="each version in a row"):
        Schema(Game, version=3, migrations=migrations)
    Schema(Game, version=3, migrations={2: CHAIN[2]})  # version 1 is given up


@pytest.mark.parametrize("options", [{"schema_version": "2"}, {"migrations": {1: fail}}])
def test_a_version_without_a_model_is_refused(options: dict[str, Any]) -> None:
    """It would do nothing."""
    with pytest.raises(ConfigurationError, match="model=YourModel"):
        url_session(**options)


def test_what_a_migration_raises_is_the_cause() -> None:
    """The error names the version and the type, not the value."""
    with pytest.raises(UnfitRecord, match=r"from schema version 1 failed \(KeyError\)") as caught:
        Schema(Game, version=3, migrations={**CHAIN, 1: fail}).fit({"level": "secret"}, 1)
    assert isinstance(caught.value.__cause__, KeyError)
    assert "secret" not in str(caught.value)
