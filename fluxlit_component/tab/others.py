"""Saves the other tabs of a session when a page load asks for it. Mostly that is the page before F5."""

from __future__ import annotations

from fluxlit_component.internals import State
from fluxlit_component.state.owner import Visitor
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.hydrate import hydrate
from fluxlit_component.tab.persist import Persist
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import others_with


def ask_others(sid: str, tab: Tab, visitor: Visitor) -> bool:
    """Save the other tabs of this process that hold the session. Mostly that is the page before F5.

    The run of that page may still go on, or have drawn widgets after its block, or fragments have run since.
    Returns whether the store did not take something of it. That is tried again, until the store does.
    """
    is_unsaved = False
    for other in others_with(sid, tab):
        if visitor.is_checked and other.ids.person not in (None, visitor.person):
            continue  # a stolen id: the page is not this visitor's
        state = other.state()
        if state is not None and other.opened is not None:
            if is_unsettled := other.sid is None:
                _settle_late(other, state, sid, *other.opened)
            if state.began_by_itself():  # also true once a run has ended
                other.trial = other.trial.assumed_good()
            # What a page has that waited for the record is newer than the record.
            Persist(None, state, other, *other.opened, yields=not is_unsettled).save(ended=False)
        other.superseded |= other.standing.status != "degraded"
        is_unsaved |= not other.superseded
        # Old ids of the other tab, whose browser has not confirmed the new id yet, are ended by this tab.
        tab.ids.retiring += other.ids.retiring
        other.ids.retiring = ()
    return is_unsaved


def _settle_late(tab: Tab, state: State, sid: str, store: RecordStore, policy: Policy) -> None:
    """Give a page that was left the session for which it has waited, as its next run would have done."""
    with tab.standing.outages("read", sid):
        record = store.load(sid)
        if record is not None and policy.visitor.may_open(record, sid):
            tab.hold(sid, record, policy.visitor)
            hydrate(state, tab, store, policy, record)
