"""A session belongs to who is signed in: each row of what may happen, on every store.

In AppTest the query carries the id. The other carriers are in `e2e/test_identity.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from fluxlit_component import (
    InMemorySessionStore,
    RedisSessionStore,
    SQLSessionStore,
    UrlSession,
    VersionedStore,
)
from fluxlit_component.internals.anchor import anchor_in_app_test
from fluxlit_component.stores.outage import SparingStore
from fluxlit_component.tab.tabs import forget_tabs, leave_page
from tests.servers import running
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis
from tests.tab.people import ADA, BOB, NOTHING, People, notes, seen, write
from tests.three_methods import AroundStore, DictStore

pytestmark = pytest.mark.usefixtures("forced")


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


OWN = {
    "memory": InMemorySessionStore,
    "three methods": DictStore,
    "three methods around memory": lambda: AroundStore(InMemorySessionStore()),
}


@pytest.fixture(params=[*OWN, "SQLite", "sealed SQLite", "Redis", "SQL"])
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
    elif kind in OWN:
        yield {"store": OWN[kind]()}
    else:
        yield {"store": f"sqlite:///{tmp_path / 'sessions.db'}", "seal": kind.startswith("sealed")}


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
