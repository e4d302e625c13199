"""Who says who the visitor is, which claims are one person, and what of a person is at rest."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component import ConfigurationError, InMemorySessionStore
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.owner import OWNER, is_bound
from fluxlit_component.state.owner import Visitor as Who
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.tab.identity import visitor_of
from tests.tab.people import ADA, BOB, NOTHING, People, notes, seen, write
from tests.visitor import Visitor

pytestmark = pytest.mark.usefixtures("forced")

CLAIMS: dict[str, tuple[Any, Any, bool]] = {
    "issuer and subject": (
        {"iss": "i", "sub": "1", "name": "Ada"},
        {"iss": "i", "sub": "1", "name": "A. L."},
        True,
    ),
    "another subject": (
        {"iss": "i", "sub": "1", "email": "a@b"},
        {"iss": "i", "sub": "2", "email": "a@b"},
        False,
    ),
    "another issuer": ({"iss": "i", "sub": "1"}, {"iss": "j", "sub": "1"}, False),
    "an address": ({"email": "A@b.org", "name": "Ada"}, {"email": "a@b.org", "name": "A. L."}, True),
    "new tokens": ({"user": "ada", "exp": 1, "tokens": {"id": "x"}}, {"user": "ada", "exp": 2}, True),
    "all that is given": ({"user": "ada", "org": "x"}, {"user": "ada", "org": "y"}, False),
    "a string": ("ada", "ada ", True),
    "other strings": ("ada", "bob", False),
    "a function": (lambda: "ada", "ada", True),
    "nobody": (None, "", True),
    "nothing known": ({}, {"is_logged_in": False}, True),
    "nobody's address": ({"email": None}, {"email": "test@example.com"}, True),
    "somebody and nobody": ("ada", None, False),
    # One set in two orders, as two processes may have it.
    "a set": ({"roles": {0, 8}}, {"roles": set([8, 0])}, True),  # noqa: C405
    "other sets": ({"roles": {0, 8}}, {"roles": {0, 9}}, False),
    "half a sign": ("\ud800", "\ud801", False),
}


@pytest.mark.parametrize(("one", "other", "same"), CLAIMS.values(), ids=CLAIMS.keys())
def test_who_is_the_same_person(one: Any, other: Any, *, same: bool) -> None:
    """Whatever is told of somebody: what names the person counts, not the display name or a token."""
    run: Any = SimpleNamespace(user=None, headers={})
    assert (visitor_of(one, run, "user") == visitor_of(other, run, "user")) is same


@pytest.mark.parametrize(
    ("setting", "person"),
    [("user", {"sub": "1", "iss": "i"}), ("header:X-Forwarded-User", "ada"), ("off", None)],
)
def test_the_setting_says_who_is_asked(setting: str, person: Any) -> None:
    """Streamlit, a header of a proxy, or nobody at all."""
    run: Any = SimpleNamespace(user={"sub": "1", "iss": "i"}, headers={"X-Forwarded-User": "ada"})
    found = visitor_of(True, run, setting)
    assert found.is_checked is (setting != "off")
    assert found.person == visitor_of(person, run, "user").person


def test_an_identity_that_names_nobody_is_an_error() -> None:
    """Said without quoting it."""
    run: Any = SimpleNamespace(user={}, headers={})
    with pytest.raises(ConfigurationError, match="not int") as raised:
        visitor_of(4711, run, "user")  # type: ignore[arg-type]
    assert "4711" not in str(raised.value)


class Nameless:
    """Has no text of its own, so `str` gives its address."""


@pytest.mark.parametrize("claim", [Nameless(), len, {"4711": [Nameless()]}, {Nameless()}])
def test_a_person_who_would_be_another_one_in_each_run_is_an_error(claim: Any) -> None:
    """Else each run would begin afresh, for ever."""
    run: Any = SimpleNamespace(user={}, headers={})
    with pytest.raises(ConfigurationError, match="has no text") as raised:
        visitor_of({"name": "4711", "of": claim}, run, "user")
    assert "4711" not in str(raised.value)


def test_no_name_is_at_rest_in_a_log_or_a_repr(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The record holds a hash that is another one in each session of the same person."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "sessions.db"
    people = People({"store": f"sqlite:///{path}"})
    one, two = write(people.load(ADA), "1"), write(people.load(ADA), "2")
    people.load(BOB, one.sid)
    with sqlite3.connect(path) as database:
        dump = "\n".join(database.iterdump())
    assert OWNER.encode().hex().upper() in dump
    for text in (dump, caplog.text, repr(one.session), repr(one.seen["session"]._tab)):
        assert "ada@" not in text
        assert "bob@" not in text
        assert visitor_of(ADA, SimpleNamespace(), "user").person.hex() not in text.lower()  # type: ignore[arg-type,union-attr]
    tags = [line for line in dump.splitlines() if OWNER.encode().hex().upper() in line]
    assert len({line.rpartition(",")[2] for line in tags}) == len(tags) == 3
    assert one.sid != two.sid


def test_a_note_that_cannot_be_read_opens_to_nobody() -> None:
    """Better no session than somebody's."""
    store, sid = InMemorySessionStore(), new_session_id()
    store.commit(sid, Commit({OWNER: Change(b"\xff broken")}, create=True))
    record = store.load(sid)
    assert record is not None
    assert not Who(b"ada", is_checked=True).may_open(record, sid)
    assert Who(b"ada").may_open(record, sid)


def test_switched_off_who_has_the_tab_has_the_session() -> None:
    """`identity=False`, also for records that were somebody's before."""
    store = InMemorySessionStore()
    first = write(Visitor(notes, store=store, identity=ADA), "private")
    second = first.reload(identity=False)
    assert seen(second)[0] == "private"
    assert second.sid == first.sid
    assert second.session.rotate()
    record = store.load(str(second.session.id))
    assert record is not None
    assert not is_bound(record)


@pytest.mark.parametrize("options", [{}, {"consent": False}], ids=["kept", "not kept yet"])
def test_who_is_signed_in_from_the_start_has_not_changed(options: dict[str, Any]) -> None:
    """A first visit is no sign-in."""
    people = People({"store": InMemorySessionStore(), **options})
    visitor = people.load(ADA)
    assert not visitor.session.identity_changed
    assert not visitor.run().session.identity_changed
    assert people.changes() == []
    people.rerun(visitor, BOB)
    assert people.changes() == ["switch"]


def test_streamlits_user_is_asked_by_default() -> None:
    """AppTest of newer releases can be somebody."""
    at = AppTest.from_string("import streamlit as st")
    if not hasattr(at, "user"):
        pytest.skip("this AppTest has no user")
    store = InMemorySessionStore()
    first = Visitor(notes, store=store)
    first.at.user = {"email": ADA, "is_logged_in": True}
    write(first, "private")
    record = store.load(first.sid)
    assert record is not None
    assert is_bound(record)
    stolen = first.reload()
    assert seen(stolen) == NOTHING


def test_a_name_in_the_session_state_goes_with_the_rest() -> None:
    """It is what the last person left, too. The script is not run for ever because of that."""
    store = InMemorySessionStore()
    visitor = Visitor(notes, store=store, identity=lambda: st.session_state.get("user", ADA))
    write(visitor, "private")
    old = visitor.sid
    visitor.at.session_state["user"] = BOB
    visitor.at.text_input(key="notes").set_value("private, and more")
    visitor.run()
    assert seen(visitor) == NOTHING
    assert visitor.sid != old
    assert visitor.session.identity_changed
