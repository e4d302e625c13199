"""A session under a fresh id, with its data: after a change of privilege (OWASP), or for a copied tab."""

from __future__ import annotations

from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.owner import OWNER, is_bound, owning
from fluxlit_component.state.record import Change, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab


def rotate(tab: Tab, store: RecordStore, policy: Policy, *, has_record: bool) -> Record | None:
    """Carry on under a new id, as the visitor's own session; return the record that stands under it.

    The old id keeps what was there before, and dies when the browser has confirmed the new one.

    Raises:
        LookupError: the session is gone.
        StoreUnavailable: the store did not answer; nothing has changed.
    """
    ids, fresh, record = tab.ids, new_session_id(), None
    person = policy.visitor.person or ids.person  # a run that no browser looks at knows nobody
    if has_record and ids.sid is not None:
        from fluxlit_component.links.links import revoke

        revoke(store, ids.sid, policy.lifetimes)  # they lead to the id that is to die
        record = copy_as(fresh, ids.sid, store, policy, person=person)
        if record is None:
            raise LookupError("there is no session to rotate")
        ids.retiring.append(ids.sid)
    ids.sid = ids.offer = fresh
    ids.person = person
    return record


def copy_as(
    fresh: str, source: str, store: RecordStore, policy: Policy, *, person: bytes | None
) -> Record | None:
    """Copy a record under a fresh id; the copy belongs to `person`. None: there is nothing to copy.

    Until it says so it belongs to nobody who could open it: the copied note was made with the other id.
    """
    if not store.copy(source, fresh):
        return None
    try:
        record = store.load(fresh)
        changes = dict(owning(fresh, person))
        if record is not None and not changes and is_bound(record):
            changes = {OWNER: Change(None)}
        if record is None or not changes:
            return record
        store.commit(fresh, policy.lifetimes.commit(changes, schema=record.schema))
        return store.load(fresh)
    except Exception:
        store.delete(fresh)
        raise
