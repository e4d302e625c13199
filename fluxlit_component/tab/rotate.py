"""Gives a session a fresh id and keeps its data: after a change of privilege (OWASP), or for a copied tab."""

from __future__ import annotations

from dataclasses import replace

from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.owner import OWNER, is_bound, owning
from fluxlit_component.state.record import TASK, Change, Field, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tasks import has_tasks


def rotate(
    tab: Tab, store: RecordStore, policy: Policy, *, has_record: bool, is_copy: bool = False
) -> tuple[bool, Record | None]:
    """Carry on under a new id. Return whether that was done, and the record under the new id.

    The old id keeps the data so far, and is ended when the browser has confirmed the new id. If the tab
    `is_copy`, the old id stays with the original tab. Nothing is done if the store does not answer.
    """
    ids, known, fresh = tab.ids, tab.known, new_session_id()
    record, is_answered = None, False
    # A run without a connected browser does not know its visitor.
    person = ids.person if is_copy else policy.visitor.person or ids.person
    if has_record and ids.sid is not None:
        from fluxlit_component.links.links import revoke

        with tab.standing.outages("fork" if is_copy else "rotate", ids.sid):
            if ids.orphan is not None:
                # Each attempt at a slow store would leave a copy. This run has no time for another attempt.
                store.delete(ids.orphan)
                ids.orphan = None
                return False, None
            ids.orphan = fresh
            record = copy_as(fresh, ids.sid, store, policy, person=person, is_copy=is_copy)
            if not is_copy and record is not None:
                revoke(store, ids.sid, policy.lifetimes)  # links lead to the old id, which will end
            ids.orphan = None
            if record is not None and has_tasks(record):
                from fluxlit_component.background.tasks import carry_tasks

                carry_tasks(store, ids.sid, fresh, record, policy.lifetimes)
            is_answered = True
        if not is_answered or (record is None and not is_copy):
            return False, None
    if is_copy:
        ids.unconfirmed = True  # else the browser would name the old id again after a restart of the server
    elif record is not None and ids.sid is not None:
        ids.retiring = (*ids.retiring, ids.sid)
    if record is not None:
        known.base.renumber(record)
    elif is_copy:
        known.base.forget()  # the store has nothing: all that this tab has is new
    ids.sid, ids.offer, tab.is_told = fresh, fresh, False
    ids.person = person
    known.has_record, known.bound = record is not None, record is not None and person is not None
    return True, record


def copy_as(
    fresh: str, source: str, store: RecordStore, policy: Policy, *, person: bytes | None, is_copy: bool
) -> Record | None:
    """Copy a record under a fresh id. The copy belongs to `person`. None: there is nothing to copy.

    If the tab `is_copy`, streams and jobs stay with the original. Until the copy names `person`, a copy of an
    owned record opens to nobody: the copied note on the owner was made with the other id.
    """
    if not store.copy(source, fresh):
        return None
    try:
        record = store.load(fresh)
        changes = dict(owning(fresh, person))
        if record is not None and not changes and is_bound(record):
            changes = {OWNER: Change(None)}
        if record is not None and is_copy:
            changes |= {name: Change(None) for name in record.fields if name.startswith(TASK)}
        if record is None or not changes:
            return record
        written = store.commit(fresh, policy.lifetimes.commit(changes)).version
        # Not loaded again: of a slow store's time for one run this would be a fifth.
        changed = {name: Field(written, change.data) for name, change in changes.items()}
        return replace(record, fields={**record.fields, **changed})
    except Exception:
        store.delete(fresh)
        raise
