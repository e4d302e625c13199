"""Before a visitor has agreed, nothing is kept but in memory: of the page and of this process.

The tab then has a store of its own, which ends with it, and an id that the browser never keeps. Everything
else works as always: pages, widgets, `clear()`. With consent the tab arrives like a new one, and what it
has gathered is saved.
"""

from __future__ import annotations

from typing import cast

from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.lifetimes import Lifetimes
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.tab import Tab


def consented(tab: Tab, store: RecordStore, *, consent: bool) -> RecordStore:
    """Return the store that this run may use: `store`, or one in the memory of this tab."""
    with tab.lock:
        if not consent and tab.consent.private is None:
            _withhold(tab)
        elif consent and tab.consent.private is not None:
            _grant(tab)
        _erase(tab, store)
        return tab.consent.private or store


def withheld(tab: Tab) -> RecordStore:
    """Return a store in the memory of this tab, for a run that nobody comes back to."""
    with tab.lock:
        if tab.consent.private is None:
            _withhold(tab)
        return cast("RecordStore", tab.consent.private)


def _withhold(tab: Tab) -> None:
    from fluxlit_component.stores.memory import InMemorySessionStore

    if tab.sid is not None:
        # Consent was withdrawn: what was kept goes, here and in the browser.
        tab.consent.storing = "erase"
        tab.consent.erasing += [tab.sid, *tab.ids.retiring]
        tab.ids.retiring.clear()
    else:
        tab.consent.storing = "no"
    tab.renew()
    tab.standing.status = "ready"
    tab.consent.private = InMemorySessionStore(max_entries=8, default_ttl_seconds=None)


def _erase(tab: Tab, store: RecordStore) -> None:
    """Have the records of a withdrawn consent destroyed; tried again in each run until the store answers."""
    if not tab.consent.erasing:
        return
    from fluxlit_component.links import links

    try:
        while tab.consent.erasing:
            links.revoke(store, tab.consent.erasing[-1], Lifetimes())
            store.delete(tab.consent.erasing[-1])
            tab.consent.erasing.pop()
    except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
        tab.standing.degrade("destroy", tab.sid, error)


def _grant(tab: Tab) -> None:
    tab.consent.private, tab.consent.storing, tab.consent.unhurried = None, "yes", True
    tab.ids.sid, tab.ids.offer = None, new_session_id()
    tab.standing.status = "pending"
    tab.known.hydrated = tab.known.created = False
    tab.known.base.forget()
