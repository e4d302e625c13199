"""Before a visitor consents, state is kept only in the memory of the page and of this process.

Until then the tab has a store of its own, which ends with the tab, and an id that the browser never keeps.
With consent the tab starts like a new one, and the state that it has gathered is saved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.record import Lifetimes
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.tab import Consent, Tab
from fluxlit_component.tab.tasks import end_tasks


def consented(tab: Tab, store: RecordStore, *, consent: bool) -> RecordStore:
    """Return the store that this run may use: `store`, or one in the memory of this tab.

    Destroys the records after consent was withdrawn. Each run tries again until the store answers.
    """
    with tab.lock:
        if consent and tab.is_private:
            tab.consent = Consent(unhurried=True, erasing=tab.consent.erasing)
            tab.ids.sid, tab.ids.offer = None, new_session_id()
            tab.standing.status = "pending"
            tab.known.hydrated = tab.known.has_record = False
            tab.known.base.forget()
        chosen = store if consent else withheld(tab)
        if tab.consent.erasing:
            from fluxlit_component.links import links

            with tab.standing.outages("destroy", tab.sid):
                for sid in tab.consent.erasing:
                    end_tasks(store, sid)
                    links.destroy(store, sid, Lifetimes())
                tab.consent = replace(tab.consent, erasing=())
        return chosen


def withheld(tab: Tab) -> RecordStore:
    """Return a store in the memory of this tab: for a visitor without consent or without a browser."""
    with tab.lock:
        if tab.consent.private is not None:
            return cast("RecordStore", tab.consent.private)
        from fluxlit_component.stores.memory import InMemorySessionStore

        private = InMemorySessionStore(max_entries=8, default_ttl_seconds=None)
        # An id means that consent was withdrawn. So what was kept is erased, here and in the browser.
        ids = (tab.sid, *tab.ids.retiring) if tab.sid is not None else ()
        tab.consent = Consent(private, "erase" if ids else "no", erasing=(*tab.consent.erasing, *ids))
        tab.ids.retiring = ()
        tab.renew()
        return cast("RecordStore", private)
