"""A session belongs to who is signed in: each row of what may happen, on every store.

In AppTest the query carries the id. The other carriers are in `e2e/test_identity.py`.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from fluxlit_component import (
    ConfigurationError,
    Event,
    InMemorySessionStore,
    RedisSessionStore,
    SQLSessionStore,
    StoreUnavailable,
    UrlSession,
    VersionedStore,
)
from fluxlit_component.bridge.transport import component_key
from fluxlit_component.codec import encode
from fluxlit_component.identifier import new_session_id
from fluxlit_component.internals.anchor import anchor_in_app_test
from fluxlit_component.links.links import KEY, Lifetimes, Order, make, redeem
from fluxlit_component.state.owner import OWNER, is_bound, owning
from fluxlit_component.state.owner import Visitor as Who
from fluxlit_component.state.record import Change, Commit, Outcome, Record
from fluxlit_component.stores.outage import SparingStore, breaker_of
from fluxlit_component.tab.identity import visitor_of
from fluxlit_component.tab.tab import forget_tabs, leave_page
from tests.servers import running
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis
from tests.three_methods import DictStore
from tests.visitor import PARAM, Visitor, nothing

pytestmark = pytest.mark.usefixtures("forced")
ADA, BOB = "ada@example.org", "bob@example.org"
LIVES = Lifetimes(86_400, None)


def notes(session: UrlSession) -> None:
    """An app with a field, a counter, and what it knows of the session."""
    st.text_input("Notes", key="notes")
    st.text_input("No key")
    st.session_state.setdefault("count", 0)
    if st.button("Add", key="add"):
        st.session_state.count += 1
    st.text(f"changed {session.identity_changed}")


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A Redis server."""
    for server in running(LocalRedis):
        yield server.url


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server."""
    for server in running(LocalPostgres):
        yield server.url


def opened(kind: str, fixture: Callable[[str], str]) -> VersionedStore:
    """A store on a server, which may take its time."""
    if kind == "Redis":
        return RedisSessionStore(fixture("redis_url"), timeout_seconds=30)
    return SQLSessionStore(fixture("postgres_url"), timeout_seconds=30)


@pytest.fixture(params=["memory", "SQLite", "sealed SQLite", "Redis", "SQL", "three methods"])
def options(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """Where the sessions are kept; a run waits for it as long as a busy machine takes."""
    monkeypatch.setitem(SparingStore.__init__.__kwdefaults__, "budget_seconds", 30.0)
    kind = request.param
    if kind in ("Redis", "SQL"):
        store = opened(kind, request.getfixturevalue)
        yield {"store": store}
        store.close()
    elif kind in ("memory", "three methods"):
        yield {"store": InMemorySessionStore() if kind == "memory" else DictStore()}
    else:
        yield {"store": f"sqlite:///{tmp_path / 'sessions.db'}", "seal": kind.startswith("sealed")}


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


class People:
    """Visitors of one app and one store; who is signed in is said for each page load and run."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self.events: list[Event] = []

    def load(self, who: str | None, sid: str | None = None) -> Visitor:
        """A page load by somebody, with the id that the tab has."""
        options = {**self._options, "identity": who, "on_identity": self.events.append}
        return Visitor(notes, query={PARAM: sid} if sid else None, **options)

    def rerun(self, visitor: Visitor, who: str | None) -> Visitor:
        """Another run of a page, after somebody has signed in or out."""
        visitor.seen["options"]["identity"] = who
        return visitor.run()

    def changes(self) -> list[str | None]:
        """What the hook was told so far."""
        told = [event.change for event in self.events]
        self.events.clear()
        return told


def write(visitor: Visitor, text: str) -> Visitor:
    """Enter something private."""
    visitor.at.text_input(key="notes").set_value(text)
    visitor.at.text_input[1].set_value(text)
    visitor.at.button(key="add").click()
    visitor.at.run()
    return visitor.check()


def seen(visitor: Visitor) -> tuple[str, str, int]:
    """What the visitor sees of what was entered."""
    at = visitor.at
    return at.text_input(key="notes").value, at.text_input[1].value, at.session_state["count"]


NOTHING = ("", "", 0)
ROWS = {
    "nobody signs in": (None, ADA, "kept", "login"),
    "the same person": (ADA, ADA, "kept", None),
    "nobody again": (None, None, "kept", None),
    "a sign-out": (ADA, None, "gone", "logout"),
    "somebody else": (ADA, BOB, "gone", "switch"),
}


@pytest.mark.parametrize("forgetful", [False, True], ids=["this replica", "another replica"])
@pytest.mark.parametrize("how", ["page load", "later run"])
@pytest.mark.parametrize(("before", "now", "outcome", "change"), ROWS.values(), ids=ROWS.keys())
def test_rows(  # noqa: PLR0917 - the row and where it is played
    options: dict[str, Any],
    before: str | None,
    now: str | None,
    outcome: str,
    change: str | None,
    how: str,
    *,
    forgetful: bool,
) -> None:
    """The data goes along under a new id, goes on, or is left for a fresh session in this very run."""
    if forgetful and how == "later run":
        pytest.skip("a later run is one of the same process")
    people = People(options)
    first = write(people.load(before), "private")
    old = first.sid
    assert people.changes() == []
    if forgetful:
        forget_tabs()
    second = people.rerun(first, now) if how == "later run" else people.load(now, old)
    assert people.changes() == ([change] if change else [])
    assert second.session.identity_changed is (change is not None)
    assert second.at.text[0].value == f"changed {change is not None}"
    assert (second.sid == old) is (change is None)
    if outcome == "gone":
        assert seen(second) == NOTHING
        assert second.state == {"notes": "", "count": 0, "add": False}
        assert seen(people.load(before, old))[0] == "private", "it stays that person's own"
        assert people.changes() == []
        write(second, "mine")
        assert seen(people.load(now, second.sid)) == ("mine", "", 1)
        return
    assert (seen(second)[0], seen(second)[2]) == ("private", 1)
    assert seen(people.rerun(second, now))[2] == 1
    assert not second.session.identity_changed
    again = people.load(now, second.sid)
    assert (seen(again)[0], again.sid == second.sid) == ("private", True)
    if change == "login":
        for thief in (None, BOB, ADA):
            assert seen(people.load(thief, old)) == NOTHING, "the id from before the sign-in is dead"
    people.changes()
    for thief in {None, BOB} - {now} if now else set():
        stolen = people.load(thief, second.sid)
        assert seen(stolen) == NOTHING
        assert stolen.sid != second.sid


@pytest.mark.parametrize("opener", [None, BOB, ADA])
@pytest.mark.parametrize("mode", ["resume", "copy"])
def test_links(opener: str | None, mode: str) -> None:
    """A resume link is a dead one for anybody else; a copy is a gift, and then the receiver's own."""
    store = InMemorySessionStore()
    ada, visitor = Who(b"ada", is_checked=True), Who(opener.encode() if opener else None, is_checked=True)
    if opener == ADA:
        visitor = ada
    sid = new_session_id()
    changes = {"notes": Change(encode("private")), **owning(sid, ada.person)}
    store.commit(sid, Commit(changes, create=True))
    token = str(
        make(
            store,
            sid,
            Order("copy" if mode == "copy" else "resume", once=True, ttl_seconds=60),
            LIVES,
            param=PARAM,
        )
    )
    found = redeem(store, token, LIVES, param=PARAM, visitor=visitor)
    if mode == "resume" and opener != ADA:
        assert found is None
        mine = redeem(store, token, LIVES, param=PARAM, visitor=ada)
        assert mine not in (None, "elsewhere"), "it is not used up"
        return
    assert found is not None
    assert found != "elsewhere"
    assert found.record is not None
    assert "notes" in found.record.fields
    assert (found.sid == sid) is (mode == "resume")
    assert is_bound(found.record) is (opener is not None)
    assert visitor.may_open(found.record, found.sid)
    if mode == "copy" and opener == BOB:
        assert not ada.may_open(found.record, found.sid), "a gift is given"


def test_links_made_before_a_change_lead_nowhere() -> None:
    """Those of the id that died at the sign-in."""
    store = InMemorySessionStore()
    visitor = Visitor(
        lambda s: st.session_state.setdefault("a", s.link(once=False)), store=store, identity=None
    )
    token = visitor.state["a"].rpartition("=")[2]
    visitor.seen["options"]["identity"] = ADA
    visitor.run(nothing)
    ada = visitor_of(ADA, SimpleNamespace(), "user")  # type: ignore[arg-type]
    assert KEY in visitor.state["a"]
    assert redeem(store, token, LIVES, param=PARAM, visitor=ada) is None


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


def test_work_is_not_lost_when_the_id_of_the_tab_turns_out_to_be_somebody_elses() -> None:
    """Bob has worked without consent. Then he consents, and the tab still has Ada's id."""
    store = InMemorySessionStore()
    people = People({"store": store})
    ada = write(people.load(ADA), "Ada's")
    bob = write(People({"store": store, "consent": False}).load(BOB, ada.sid), "Bob's")
    bob.seen["options"]["consent"] = True
    assert seen(bob.run()) == ("Bob's", "Bob's", 1)
    assert seen(people.load(BOB, bob.sid)) == ("Bob's", "", 1)
    assert seen(people.load(ADA, ada.sid)) == ("Ada's", "", 1)


@pytest.mark.parametrize("who", [None, ADA])
def test_f5_before_the_browser_has_the_new_id_does_not_go_on_under_the_old_one(who: str | None) -> None:
    """What came after the rotation is there, too. Until the page is left, the old id leads nowhere else."""

    def rotating(session: UrlSession) -> None:
        assert session.rotate()
        st.session_state.count = 7
        st.stop()

    store = InMemorySessionStore()
    people = People({"store": store})
    first = write(people.load(who), "private")
    old = first.sid
    first.run(rotating)
    assert first.sid == old, "the browser does not know the new id"
    assert people.load(who, old).at.session_state["count"] == 1
    leave_page(anchor_in_app_test(first.at))
    if who is not None:
        assert seen(people.load(BOB, old)) == NOTHING
    second = first.reload(notes)
    assert second.at.session_state["count"] == 7
    assert second.sid != old
    second.run()
    assert store.get(old) is None


def two_sessions(seen: dict) -> None:  # type: ignore[type-arg]
    """A session of whoever is signed in, and another one of the tab's, in one order or the other."""
    import streamlit as st

    from fluxlit_component import url_session

    mine = {"param": "own", "identity": seen["who"], "exclude": ["pub_*"]}
    public = {"param": "shared", "identity": False, "include": ["pub_*"]}
    first, second = (public, mine) if seen["public first"] else (mine, public)
    with url_session(seen["store"], **first), url_session(seen["store"], **second):
        st.text_input("Public", key="pub_x")
        st.session_state.setdefault("pub_n", []).append(1)
        st.text_input("Mine", key="mine")
        if st.session_state.mine == "poison":
            raise RuntimeError


@pytest.mark.parametrize("public_first", [True, False])
def test_a_sign_out_leaves_the_other_session_of_the_page_alone(*, public_first: bool) -> None:
    """Its values are still there, and after F5, too."""
    seen = {"store": InMemorySessionStore(), "who": ADA, "public first": public_first}
    at = AppTest.from_function(two_sessions, args=(seen,)).run()
    at.text_input(key="pub_x").set_value("public")
    at.text_input(key="mine").set_value("Ada's")
    at.run()
    seen["who"] = None
    for run in (at.run(), AppTest.from_function(two_sessions, args=(seen,))):
        run.query_params.update(at.query_params)
        run.run()
        assert not run.exception
        assert [field.value for field in run.text_input] == ["public", ""]
        assert len(run.session_state["pub_n"]) > 2


def test_the_way_out_leaves_the_other_session_of_the_page_alone() -> None:
    """Only the session that the visitor has given up begins afresh."""
    seen = {"store": InMemorySessionStore(), "who": None, "public first": True}
    at = AppTest.from_function(two_sessions, args=(seen,)).run()
    at.text_input(key="pub_x").set_value("public")
    at.text_input(key="mine").set_value("poison")
    at.run()
    for _ in range(2):
        query, at = at.query_params, AppTest.from_function(two_sessions, args=(seen,))
        at.query_params.update(query)
        at.run()
    at.button(key=f"{component_key('own')}_way_out").click()
    at.run()
    assert not at.exception
    assert [field.value for field in at.text_input] == ["public", ""]


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


STEPS = some.lists(
    some.tuples(
        some.sampled_from(["load", "rerun", "write", "steal"]),
        some.integers(0, 2),
        some.integers(0, 3),
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
@pytest.mark.timeout(600)  # as many walks on a busy machine
@given(STEPS)
def test_nothing_of_one_person_reaches_another(steps: list[tuple[str, int, int]]) -> None:
    """Over sign-ins, reloads and stolen ids: what somebody entered while signed in is seen by nobody else."""
    people, names = People({"store": InMemorySessionStore()}), (ADA, BOB, None)
    tabs = [people.load(None)]
    now: list[str | None] = [None]
    number = 0
    for what, who, at in steps:
        place = at % len(tabs)
        person = names[who]
        if what == "load":
            tabs[place], now[place] = people.load(person, tabs[place].sid), person
        elif what == "rerun":
            people.rerun(tabs[place], person)
            now[place] = person
        elif what == "write":
            number += 1
            write(tabs[place], f"{now[place]} wrote {number}")
        elif len(tabs) < 4:
            tabs.append(people.load(person, tabs[place].sid))
            now.append(person)
        for tab, person in zip(tabs, now, strict=True):
            for text in seen(tab)[:2]:
                assert text == "" or text.startswith((f"{person} wrote", "None wrote")), (person, text)


def test_a_note_that_cannot_be_read_opens_to_nobody() -> None:
    """Better no session than somebody's."""
    store, sid = InMemorySessionStore(), new_session_id()
    store.commit(sid, Commit({OWNER: Change(b"\xff broken")}, create=True))
    record = store.load(sid)
    assert record is not None
    assert not Who(b"ada", is_checked=True).may_open(record, sid)
    assert Who(b"ada").may_open(record, sid)
