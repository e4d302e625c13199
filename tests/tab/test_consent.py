"""Consent that changes while a run is still going, or while the store is down."""

from __future__ import annotations

from typing import Any, cast

import pytest

from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.handle import UrlSession
from fluxlit_component.internals import Outline, Reading, Run
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.tab.consent import consented
from fluxlit_component.tab.persist import Departure
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab


class StillRun:
    """A run that draws nothing and holds these values."""

    page = ""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def read(self) -> dict[str, Any]:
        return dict(self.values)

    def reading(self) -> Reading:
        return Reading(self.read(), {})

    def outline(self) -> Outline:
        return Outline(frozenset(self.values), self.values)

    def live_widgets(self) -> dict[str, str]:
        return {}

    def written_keys(self) -> frozenset[str]:
        return frozenset()

    def drawn_keys(self) -> frozenset[str]:
        return frozenset()


class MoodyStore(InMemorySessionStore):
    """Does not answer while it is down."""

    is_down = False

    def load(self, session_id: str) -> Any:
        if self.is_down:
            raise StoreUnavailable("down")
        return super().load(session_id)


def run_with(**values: Any) -> Run:
    """What the package is handed as a run."""
    return cast("Run", StillRun(**values))


@pytest.fixture
def tab() -> Tab:
    """A tab whose session is being kept."""
    tab = Tab("fluxlit_sid")
    tab.sid, tab.status, tab.hydrated, tab.runs = tab.offer, "ready", True, 1
    return tab


def test_a_run_from_before_saves_nothing_where_it_may_not(tab: Tab) -> None:
    """Its end comes after the consent was withdrawn: neither under the old id nor under the new one."""
    store, sid, run = MoodyStore(), tab.sid, run_with(secret="s")
    old = Departure(run, tab, store, Policy())
    assert consented(run, tab, store, consent=False) is tab.private
    old.save(1, late=False)
    assert sid is not None
    assert tab.sid is not None
    assert [store.load(sid), store.load(tab.sid)] == [None, None]


def test_a_run_without_consent_leaves_what_it_knew_to_the_next(tab: Tab) -> None:
    """It ends after the consent was given: what it changed is not taken for saved."""
    store, run = MoodyStore(), run_with(note="n")
    private = consented(run, tab, store, consent=False)
    old = Departure(run, tab, private, Policy())
    assert consented(run, tab, store, consent=True) is store
    old.save(1, late=False)
    assert tab.base.names() == frozenset()


def test_what_cannot_be_erased_now_is_erased_when_the_store_is_back(tab: Tab) -> None:
    """Until then the session says that it is not as it should be."""
    store, sid, run = MoodyStore(), tab.sid, run_with(secret="s")
    assert sid is not None
    Departure(run, tab, store, Policy()).save(1, late=False)
    store.is_down = True
    consented(run, tab, store, consent=False)
    assert UrlSession(tab, None).status == "degraded"
    store.is_down = False
    assert store.load(sid) is not None
    consented(run, tab, store, consent=False)
    assert store.load(sid) is None
    assert UrlSession(tab, None).status == "pending"
    assert UrlSession(tab, None).id is None
