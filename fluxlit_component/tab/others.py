"""Saves the other tabs of a session when a page load asks for it. Mostly that is the page before F5."""

from __future__ import annotations

from fluxlit_component.clock import wall
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.internals import State
from fluxlit_component.state.owner import owning
from fluxlit_component.state.record import Field, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.hydrate import hydrate
from fluxlit_component.tab.persist import Persist
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import others_with


def load_with_others(sid: str, tab: Tab, store: RecordStore, policy: Policy) -> Record | None:
    """Load a record with what the other tabs of this process have. Mostly that is the page before F5.

    The run of that page may still go on, or have drawn widgets after its block, or fragments have run since.
    If the store does not take something of it, that is tried again. A new visitor then has an empty record.
    """
    visitor, unsaved = policy.visitor, list[Tab]()
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
            Persist(None, state, other, *other.opened).save(ended=False, yields=not is_unsettled)
        other.superseded |= other.standing.status != "degraded"
        unsaved += [] if other.superseded else [other]
        # Old ids of the other tab, whose browser has not confirmed the new id yet, are ended by this tab.
        tab.ids.retiring += other.ids.retiring
        other.ids.retiring = ()
        tab.ids.signing_in |= other.ids.signing_in
    record = store.load(sid)
    if record is None and unsaved:
        if any(page.known.base.versions or not page.has_gone for page in unsaved):
            raise StoreUnavailable("the store has no room: that page begins the record when it has")
        schema = policy.schema.version if policy.schema is not None else 0
        is_known = all(page.ids.person == visitor.person and not page.ids.signing_in for page in unsaved)
        owner = owning(sid, visitor.person) if is_known else {}  # else this person has signed in since
        fields = {key: Field(0, change.data) for key, change in owner.items()}
        record = Record(0, wall(), None, None, schema, fields, wall())
    return record


def _settle_late(tab: Tab, state: State, sid: str, store: RecordStore, policy: Policy) -> None:
    """Give a page that was left the session for which it has waited, as its next run would have done."""
    with tab.standing.outages("read", sid):
        record = store.load(sid)
        if record is not None and policy.visitor.may_open(record, sid):
            tab.hold(sid, record, policy.visitor)
            hydrate(state, tab, store, policy, record)
