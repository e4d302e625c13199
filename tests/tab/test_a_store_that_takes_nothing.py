"""F5 while the store refuses writes and can still be read: it is full, a standby, or locked by somebody."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from fluxlit_component import InMemorySessionStore, StoreUnavailable
from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit, Outcome
from fluxlit_component.stores.outage import BUDGET_SECONDS, breaker_of
from fluxlit_component.testing import AppTestTab
from tests.tab.people import ADA

Open = Callable[..., AppTestTab]


class Full(InMemorySessionStore):
    """Takes no commit while `is_full`, and says so after `seconds`."""

    is_full = False
    seconds = 0.0

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        self._refuse()
        return super().commit(session_id, commit)

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        self._refuse()
        return super().touch(session_id, idle_seconds=idle_seconds)

    def _refuse(self) -> None:
        if self.is_full:
            time.sleep(self.seconds)
            raise StoreUnavailable("full")


WHO: list[str | None] = [None]
"""Who is signed in now."""
changes: list[bool] = []
"""Whether the app was told in a run that somebody else is there."""


def app() -> None:
    """A field, and a list of what was sent; the page counts its runs."""
    import streamlit as st

    from fluxlit_component import url_session
    from tests.tab.test_a_store_that_takes_nothing import WHO, changes

    with url_session(identity=lambda: WHO[0]) as session:
        changes.append(session.identity_changed)
        st.session_state.runs = st.session_state.get("runs", 0) + 1
        st.text_input("Note", key="note")
        log = st.session_state.setdefault("log", [])
        if st.session_state.note and st.session_state.note not in log:
            log.append(st.session_state.note)
        st.write(session.status)


@pytest.fixture(params=[0.0, 0.05, 2 * BUDGET_SECONDS], ids=["at once", "soon", "not in time"])
def store(request: pytest.FixtureRequest) -> Full:
    """The store of the test."""
    store = Full()
    store.seconds = request.param
    return store


def send(tab: AppTestTab, note: str) -> None:
    """Fill in the field."""
    tab.at.text_input(key="note").input(note)
    tab.run()


def seen(tab: AppTestTab) -> tuple[str, list[str], int]:
    """The field, the list, and the number of runs."""
    state = tab.at.session_state
    return tab.at.text_input(key="note").value, state["log"], state["runs"]


def make_room(store: Full) -> None:
    """The store takes commits again, and is asked at once."""
    store.is_full = False
    breaker_of(store).succeeded()


@pytest.mark.parametrize("who", [None, ADA], ids=["nobody", "Ada"])
@pytest.mark.parametrize("is_new", [False, True], ids=["a known visitor", "a new visitor"])
def test_each_f5_shows_all_that_was_sent(
    url_session_apptest: Open, store: Full, monkeypatch: pytest.MonkeyPatch, *, is_new: bool, who: str | None
) -> None:
    """As often as it is pressed, whether something was sent in between or not; then all is stored."""
    monkeypatch.setattr(sys.modules[__name__], "WHO", [who])
    monkeypatch.setattr(sys.modules[__name__], "changes", [])
    held = []  # as a server holds the Streamlit session of a page that was left, for two minutes
    store.is_full = is_new
    tab = url_session_apptest(app, store=store)
    sid = tab.sid
    send(tab, "first")
    store.is_full, runs, sent = True, 2, ["first"]
    for note in ("second", "third", None, None, "fourth"):
        if note is not None:
            send(tab, note)
            sent, runs = [*sent, note], runs + 1
        assert seen(tab) == (sent[-1], sent, runs)
        held.append(tab.at)
        runs += 1
        assert seen(tab.reload()) == (sent[-1], sent, runs)
    make_room(store)
    held.append(tab.at)
    assert seen(tab.reload()) == (sent[-1], sent, runs + 1)
    assert tab.at.markdown[0].value == "ready"
    assert tab.stored == {"note": "fourth", "log": sent, "runs": runs + 1}
    assert tab.sid == sid
    assert changes
    assert not any(changes)


def test_a_record_that_is_lost_meanwhile_is_begun_by_the_page_that_knows_it(
    url_session_apptest: Open, store: Full
) -> None:
    """The page after F5 knows only what was not saved: it waits until there is room."""
    store.seconds = 0.0  # else that page has no time left to save
    tab = url_session_apptest(app, store=store)
    sid = tab.sid
    send(tab, "first")
    store.is_full = True
    send(tab, "second")
    before = tab.at
    store._sessions.clear()
    assert seen(tab.reload()) == ("", [], 1)
    make_room(store)
    assert seen(tab.run()) == ("second", ["first", "second"], 4)
    assert tab.sid == sid
    del before


def test_a_page_that_stays_open_saves_all(url_session_apptest: Open, store: Full) -> None:
    """It goes on with what the page before it had."""
    tab = url_session_apptest(app, store=store)
    send(tab, "first")
    store.is_full = True
    send(tab, "second")
    before = tab.at
    send(tab.reload(), "third")
    make_room(store)
    send(tab, "fourth")
    assert tab.stored == {"note": "fourth", "log": ["first", "second", "third", "fourth"], "runs": 6}
    assert seen(tab.reload())[1] == tab.stored["log"]
    del before


def test_room_is_gone_between_two_f5(url_session_apptest: Open, store: Full) -> None:
    """The page in between has been saved; the next one has not."""
    tab = url_session_apptest(app, store=store)
    send(tab, "first")
    before = [tab.at]
    tab.reload()
    store.is_full = True
    before.append(tab.at)
    assert seen(tab.reload()) == ("first", ["first"], 4)
    before.append(tab.at)
    assert seen(tab.reload()) == ("first", ["first"], 5)
    make_room(store)
    assert seen(tab.reload()) == ("first", ["first"], 6)
    assert tab.stored["runs"] == 6
    del before


def adds_and_deletes() -> None:
    """A key that comes and goes."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session():
        st.session_state.setdefault("runs", 0)
        if st.button("Add"):
            st.session_state.extra = "here"
        if st.button("Delete"):
            del st.session_state.extra


@pytest.mark.parametrize("is_known", [False, True])
def test_what_was_added_and_deleted_meanwhile_does_not_come_back(
    url_session_apptest: Open, store: Full, *, is_known: bool
) -> None:
    """Neither while the store takes nothing nor afterwards."""
    tab = url_session_apptest(adds_and_deletes, store=store)
    add, delete = tab.at.button
    if is_known:
        add.click().run()
    store.is_full = True
    add.click().run()
    delete.click().run()
    held = tab.at
    tab.reload()
    assert "extra" not in tab.at.session_state
    make_room(store)
    del held
    tab.run()
    tab.reload()
    assert "extra" not in tab.at.session_state


def makes() -> None:
    """A button makes an object that no store takes."""
    import threading

    import streamlit as st

    from fluxlit_component import url_session

    with url_session() as session:
        st.session_state.setdefault("runs", 0)
        if st.button("Make"):
            st.session_state.client = threading.Lock()
        st.write(session.lost)


def made_meanwhile(url_session_apptest: Open, store: Full) -> AppTestTab:
    """A page that has made its object since the store takes nothing."""
    tab = url_session_apptest(makes, store=store)
    store.is_full = True
    tab.at.button[0].click().run()
    return tab


def test_an_object_that_was_made_meanwhile_comes_back_by_reference(
    url_session_apptest: Open, store: Full
) -> None:
    """At each F5, also after the store takes commits again."""
    tab = made_meanwhile(url_session_apptest, store)
    client, held = tab.at.session_state.client, []
    for is_full in (True, True, False, False):
        if not is_full:
            make_room(store)
        held.append(tab.at)
        tab.reload()
        assert tab.at.session_state.client is client
        assert tab.at.markdown[0].value == "`()`"


def test_who_has_signed_in_meanwhile_gets_a_new_id_and_the_app_is_told(
    url_session_apptest: Open, store: Full, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as the store takes something; what nobody in particular had entered goes along."""
    told: list[bool] = []
    who: list[str | None] = [None]
    monkeypatch.setattr(sys.modules[__name__], "WHO", who)
    monkeypatch.setattr(sys.modules[__name__], "changes", told)
    store.is_full = True
    tab = url_session_apptest(app, store=store)
    send(tab, "mine")
    sid, held = tab.sid, [tab.at]
    who[0] = ADA
    told.clear()
    tab.reload()
    make_room(store)
    tab.run()
    held.append(tab.at)
    tab.reload()
    assert tab.sid != sid
    assert any(told)
    assert seen(tab)[:2] == ("mine", ["mine"])


def test_what_is_deleted_after_f5_does_not_come_back_from_the_page_before(
    url_session_apptest: Open, store: Full
) -> None:
    """That page still has it, and is asked at the next F5, too."""
    store.is_full = True
    tab = url_session_apptest(adds_and_deletes, store=store)
    tab.at.button[0].click().run()
    held = [tab.at]
    tab.reload()
    tab.at.button[1].click().run()
    for _ in range(2):
        held.append(tab.at)
        tab.reload()
        assert "extra" not in tab.at.session_state
        make_room(store)


def test_an_object_of_the_page_before_does_not_win_over_a_stored_value(
    url_session_apptest: Open, store: Full
) -> None:
    """Another replica has stored it meanwhile."""
    tab = made_meanwhile(url_session_apptest, store)
    store.is_full = False
    store.commit(tab.sid or "", Commit({"client": Change(encode("newer"))}))
    store.is_full, held = True, [tab.at]
    tab.reload()
    assert tab.at.session_state.client == "newer"
    make_room(store)
    held.append(tab.at)
    tab.run()
    assert tab.stored["client"] == "newer"
