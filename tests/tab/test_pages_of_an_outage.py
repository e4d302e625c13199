"""Pages that were loaded while the store did not answer, and left before they had run again."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from fluxlit_component import StoreUnavailable
from fluxlit_component.state.record import Record
from fluxlit_component.stores.outage import Breaker
from fluxlit_component.testing import AppTestTab
from tests.away import Away
from tests.tab.people import ADA, BOB

Open = Callable[..., AppTestTab]


WHO: list[str | None] = [None]
"""Who is signed in now."""


def app() -> None:
    """A field, and a note of each name that was sent."""
    import streamlit as st

    from fluxlit_component import url_session
    from tests.tab.test_pages_of_an_outage import WHO

    with url_session(identity=lambda: WHO[0]) as session:
        st.text_input("Name", key="name")
        if st.button("Send", key="send"):
            st.session_state[f"sent_{st.session_state.name}"] = True
        st.write(session.status)


@pytest.fixture
def store() -> Away:
    """The store of the test."""
    return Away()


def send(tab: AppTestTab, name: str) -> None:
    """Enter a name and send it."""
    tab.at.text_input(key="name").input(name)
    tab.at.button(key="send").click()
    tab.run()


def test_f5_as_soon_as_the_store_is_back_loses_nothing(url_session_apptest: Open, store: Away) -> None:
    """Nor what a page before that one had."""
    tab = url_session_apptest(app, store=store)
    send(tab, "Ada")
    sid = tab.sid
    tab.restart_server()
    store.is_away = True
    held = []  # as a server holds the Streamlit session of a page that was left, for two minutes
    for name in ("Eve", "Joe"):
        held.append(tab.at)
        assert tab.reload().at.markdown[0].value == "degraded"
        assert tab.at.text_input(key="name").value == ""
        send(tab, name)
    store.come_back()
    held.append(tab.at)
    assert tab.reload().at.markdown[0].value == "ready"
    assert tab.sid == sid
    assert tab.at.text_input(key="name").value == "Joe"
    assert tab.stored == {"name": "Joe", "sent_Ada": True, "sent_Eve": True, "sent_Joe": True}


def test_a_page_that_could_not_be_saved_is_saved_at_the_next_f5(
    url_session_apptest: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited for the record, and could not read it when the page after it could."""

    class Hiccup(Away):
        fails_once = False

        def load(self, session_id: str) -> Record | None:
            if self.fails_once:
                self.fails_once = False
                raise StoreUnavailable("no answer")
            return super().load(session_id)

    store = Hiccup()
    tab = url_session_apptest(app, store=store)
    send(tab, "Ada")
    tab.restart_server()
    store.is_away = True
    send(tab.reload(), "Eve")
    held = [tab.at]  # as a server holds the Streamlit session of a page that was left, for two minutes
    store.come_back()
    store.fails_once = True
    monkeypatch.setattr(Breaker, "admit", lambda *_, **__: None)  # else a busy machine reads too late
    tab.reload()
    assert (tab.at.text_input(key="name").value, store.fails_once) == ("Ada", False)
    held.append(tab.at)
    tab.reload()
    assert tab.at.text_input(key="name").value == "Eve"
    assert tab.stored == {"name": "Eve", "sent_Ada": True, "sent_Eve": True}


@pytest.mark.parametrize("somebody", [None, BOB])
def test_it_is_nobody_elses_session(
    url_session_apptest: Open, store: Away, monkeypatch: pytest.MonkeyPatch, somebody: str | None
) -> None:
    """Who knows the id, but is not its owner, writes nothing into it."""
    monkeypatch.setattr(sys.modules[__name__], "WHO", who := [ADA])
    tab = url_session_apptest(app, store=store)
    send(tab, "Ada")
    sid = tab.sid
    tab.restart_server()
    store.is_away, who[0] = True, somebody
    send(tab.reload(), "Eve")
    store.come_back()
    who[0] = ADA
    tab.reload()
    assert tab.sid == sid
    assert tab.stored == {"name": "Ada", "sent_Ada": True}
