"""Consent that changes while a run is still going, or while the store is down."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.runtime.state import SessionState

from fluxlit_component.handle import UrlSession
from fluxlit_component.internals import State
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.consent import consented
from fluxlit_component.tab.persist import Persist
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from tests.away import Away


def run_with(tab: Tab, store: RecordStore, **values: Any) -> Persist:
    """The end of a run that draws nothing and holds these values."""
    state = State(SessionState())
    state.write(values)
    return Persist(None, state, tab, store, Policy())


@pytest.fixture
def tab() -> Tab:
    """A tab whose session is being kept."""
    tab = Tab("fluxlit_sid")
    tab.ids.sid, tab.standing.status, tab.known.hydrated, tab.runs = tab.ids.offer, "ready", True, 1
    return tab


def test_a_run_from_before_saves_nothing_where_it_may_not(tab: Tab) -> None:
    """Its end comes after the consent was withdrawn: neither under the old id nor under the new one."""
    store, sid = Away(), tab.sid
    old = run_with(tab, store, secret="s")
    assert consented(tab, store, consent=False) is tab.consent.private
    old.save(ended=True)
    assert sid is not None
    assert tab.sid is not None
    assert [store.load(sid), store.load(tab.sid)] == [None, None]


def test_a_run_without_consent_leaves_what_it_knew_to_the_next(tab: Tab) -> None:
    """It ends after the consent was given: what it changed is not taken for saved."""
    store = Away()
    private = consented(tab, store, consent=False)
    old = run_with(tab, private, note="n")
    assert consented(tab, store, consent=True) is store
    old.save(ended=True)
    assert tab.known.base.names() == frozenset()


def test_what_cannot_be_erased_now_is_erased_when_the_store_is_back(tab: Tab) -> None:
    """Until then the session says that it is not as it should be."""
    store, sid = Away(), tab.sid
    assert sid is not None
    run_with(tab, store, secret="s").save(ended=True)
    store.is_away = True
    consented(tab, store, consent=False)
    assert UrlSession(tab, None).status == "degraded"
    store.is_away = False
    assert store.load(sid) is not None
    consented(tab, store, consent=False)
    assert store.load(sid) is None
    assert UrlSession(tab, None).status == "pending"
    assert UrlSession(tab, None).id is None
