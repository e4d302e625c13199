"""Before a visitor has agreed, nothing is kept but in memory: of the page and of this process.

The tab then has a store of its own, which ends with it, and an id that the browser never keeps. Everything
else works as always: pages, widgets, `clear()`. With consent the tab arrives like a new one, and what it
has gathered is saved.
"""

from __future__ import annotations

from fluxlit_component.identifier import new_session_id
from fluxlit_component.internals import Run
from fluxlit_component.links import links
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.tab.tab import Tab


def consented(run: Run, tab: Tab, store: RecordStore, *, consent: bool) -> RecordStore:
    """Return the store that this run may use: `store`, or one in the memory of this tab."""
    with tab.lock:
        if not consent and tab.private is None:
            _withhold(tab)
        elif consent and tab.private is not None:
            _grant(run, tab)
        _erase(tab, store)
        return tab.private or store


def _withhold(tab: Tab) -> None:
    if tab.sid is not None:
        # Consent was withdrawn: what was kept goes, here and in the browser.
        tab.storing = "erase"
        tab.erasing += [tab.sid, *tab.retiring]
        tab.retiring.clear()
    else:
        tab.storing = "no"
    tab.renew()
    tab.status = "ready"
    tab.private = InMemorySessionStore(max_entries=8, default_ttl_seconds=None)


def _erase(tab: Tab, store: RecordStore) -> None:
    """Have the records of a withdrawn consent destroyed; tried again in each run until the store answers."""
    try:
        while tab.erasing:
            links.revoke(store, tab.erasing[-1], links.Lifetimes())
            store.delete(tab.erasing[-1])
            tab.erasing.pop()
    except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
        tab.degrade("destroy", error)


def _grant(run: Run, tab: Tab) -> None:
    names = run.outline().names
    # Values of widgets that are away just now are known to the base only.
    tab.inbox.update({key: tab.base.value_of(key) for key in tab.base.names() - names})
    tab.private, tab.storing = None, "yes"
    tab.sid, tab.offer = None, new_session_id()
    tab.status, tab.hydrated, tab.created, tab.unhurried = "pending", False, False, True
    tab.base.forget()
