"""Brings the state back from the record at a page load. In later runs Streamlit itself carries it on."""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any, Final

from fluxlit_component.codec.origin import ABOVE, ASSIGNED, LOSSY, WIDGET
from fluxlit_component.errors import UnfitRecord
from fluxlit_component.hooks import Event
from fluxlit_component.internals import EMPTY, Run, State, accept_restored_defaults, plain_selection
from fluxlit_component.settings import is_debug
from fluxlit_component.state.keys import encoded, owner_of, sort_hidden
from fluxlit_component.state.live import noted
from fluxlit_component.state.record import Field, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.handover import hand_over, take_unsaved
from fluxlit_component.tab.page import Trial
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab

if TYPE_CHECKING:
    from fluxlit_component.state.schema import Schema

_log = logging.getLogger("fluxlit_component")
DRAWN_BEFORE: Final = "its widget is drawn before url_session() is called; call url_session() first"


def hydrate(state: State, tab: Tab, store: RecordStore, policy: Policy, record: Record | None) -> None:
    """Bring the record into session state, once per page load.

    Stored values win over defaults that the script has set, but not over what the visitor did meanwhile:
    values that the browser sent after a restart of the server, and changes of runs without the record.
    """
    known, page, standing = tab.known, tab.page, tab.standing
    if record is None and tab.sid is not None:
        try:
            record = store.load(tab.sid)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            standing.degrade("read", tab.sid, error)
            return
    if record is None:
        known.hydrated = True
        return
    schema = policy.schema
    fields = frozenset(schema.model.model_fields) if schema is not None else frozenset[str]()
    values = known.base.adopt(
        record, plain=fields, exact=schema is None or max(record.schema, 1) >= schema.version
    )
    for key, reason in known.base.faults.items():
        standing.skipped[key] = reason  # logged already
        standing.tell(Event("skip", (key,), {key: reason}))
    known.learn(record)
    known.schema = record.schema
    take_unsaved(tab, values)
    if schema is not None:
        values = _fitted(tab, schema, values, record.schema)
    current, before = state.reading().values, page.baseline or {}
    changed = frozenset(k for k, v in current.items() if k in before and encoded(v) != before[k])
    for key in changed & values.keys():
        if policy.keys.admit(key) and before[key] != known.base.data_of(key):
            # The next commit finds a newer stored value and merges both, or reports the conflict.
            known.base.concede(key, Field(0, before[key]))
    sent = state.sent.keys() if tab.runs == 1 else frozenset[str]()
    keep = changed.union(sent, current if policy.fill_only else ())
    laid = policy.keys.sift(values.keys() & sent)
    state.lay_under({key: values[key] for key in laid})
    laid &= known.base.of_widgets()
    back = {k: v for k, v in values.items() if policy.keys.admit(k) and k not in keep}
    origins = known.base.origins
    carried = frozenset(key for key in back if origins.get(key, 0) & WIDGET)
    known.live = tab.naming = noted(record)
    known.under_data = page.take_under(record, (carried | laid) - fields)
    # What the model has changed is newer than the object that the last page holds.
    same = {k for k, v in back.items() if k not in fields or encoded(v) == known.base.data_of(k)} - carried
    by_reference = hand_over(tab, policy, same)
    back |= {k: v for k, v in by_reference.items() if policy.keys.admit(k) and k not in keep}
    carried |= by_reference.keys() & known.base.of_widgets() & back.keys()
    # What the app keeps above the call it would have assigned in this run, too.
    page.above = frozenset(key for key in carried if origins.get(key, 0) & ABOVE)
    page.put_back = write(state, tab, back, carried - page.above)
    # As a value of an earlier run it stays, when a widget that takes it over ends.
    state.lay_under({**page.under, **{key: back[key] for key in page.put_back - carried}})
    page.retained = frozenset(key for key, origin in origins.items() if origin & ASSIGNED)
    page.assigned |= page.retained
    page.unaccepted = frozenset(key for key in page.put_back & carried if origins.get(key, 0) & LOSSY)
    laid |= page.put_back & carried
    page.unclaimed = laid - page.unaccepted - policy.hidden.sift(laid)
    tab.trial = Trial.of(record, tab.runs if page.put_back else 0)
    standing.restored, standing.lost = tuple(sorted(page.put_back)), ()
    standing.is_new, known.has_record, known.hydrated, page.baseline = False, True, True, None
    standing.tell(Event("restore", standing.restored))
    standing.lose(map(owner_of, known.live.keys() - keep - back.keys()))


def _fitted(tab: Tab, schema: Schema[Any], values: dict[str, Any], stored_version: int) -> dict[str, Any]:
    """Return the validated values. If the record does not fit, return none and leave the record as it is."""
    newer = stored_version > schema.version
    try:
        # Values may be missing where a link or a job has begun the record: no migration has to take that.
        fitted = schema.fit(values, stored_version) if values or tab.known.base.faults else {}
    except UnfitRecord as error:
        _log.warning(
            "the stored session (schema %d) does not fit %s (schema %d) and is left untouched: %s",
            *(stored_version, schema.model.__name__, schema.version, error),
            exc_info=error.__cause__ if is_debug() else None,
        )
        tab.standing.tell(Event("error", error=error))
        tab.known.base.forget()
        fitted, newer = {}, True
    if newer:
        tab.known.read_only, tab.standing.status = True, "degraded"
    return fitted


def leave_last_page(run: Run, tab: Tab, policy: Policy) -> None:
    """Drop what came back for widgets of the app's page that was left, as Streamlit drops their values."""
    page, state = tab.page, run.state
    gone = page.put_back & tab.known.base.of_widgets() | page.unclaimed
    gone -= state.assigned_keys() | state.assigned_before() | policy.hidden.sift(gone)
    state.drop(gone - state.sent.keys(), page.under)
    page.unclaimed -= gone


def resume(run: Run, tab: Tab, policy: Policy) -> None:
    """Begin a later run of a page. Streamlit has carried the state on, and four things are left to do.

    A value that came back for a widget, and that no widget took over, is dropped as Streamlit would drop it.
    A value that its widget did not accept is offered again. Values of hidden widgets that the app wants kept
    are put back. A merged value is set now, if its widget was drawn already when the values were merged.
    """
    page, base, state = tab.page, tab.known.base, run.state
    names = base.present()
    known = page.assigned_off_page | (page.drawn - page.after_block)
    # Mostly all widgets are known, and none is waited for. Then it does not matter which of them has a value.
    others = policy.keys.sift(state.keys_of_widgets()) - known
    matters = others or page.unaccepted or page.put_back or policy.hidden.include
    widgets = state.widget_keys() if matters else others
    follows = page.saved_run == tab.runs - 1  # else the last run was not saved as it ended: no `with`
    by_itself = state.began_by_itself()
    if (page.ended or not follows) and not by_itself:
        page.swept = tab.runs - 1
        # A value that the app has assigned in the last run lasts for this one.
        over = base.after_block(page.unclaimed) if follows else page.unclaimed - state.assigned_before()
        state.forget(over, page.under)
        page.unclaimed -= over
        page.after_block = widgets - known if follows else frozenset()
        if page.after_block:  # the others have been dropped: Streamlit may still have their values
            page.after_block &= state.sent.keys()
    again: dict[str, Any] = {}
    now = state.reading().values if page.unclaimed or page.unaccepted else {}
    if page.unclaimed:
        # The last run ended before these widgets were drawn. On older releases a value lasts for one run.
        values = base.values_of(page.unclaimed & names - state.assigned_keys())
        again = {k: v for k, v in values.items() if encoded(plain_selection(now.get(k))) == encoded(v)}
    for key in page.unaccepted & names:
        if key in widgets and encoded(now[key]) != page.untouched.get(key):
            page.unaccepted -= {key}  # the visitor has chosen something
        else:
            again |= base.values_of([key])
    # A plain value is the app's, which may have changed it in place, or deleted it.
    hidden = policy.hidden.sift(names & base.of_widgets()) - page.unaccepted - tab.known.quarantined
    if hidden:
        # A value put back for the last run counts only once the browser has sent it. A run that is cut
        # short is never shown, and the browser would go on with the widget's default.
        alive = (page.drawn - page.put_back) & widgets
        is_same_page = run.page == page.name
        if not is_same_page:  # there Streamlit shows what the app has assigned before their widgets
            alive -= state.values_under(alive).keys()
        back, deleted = sort_hidden(
            hidden - state.written_keys(),
            present=frozenset(state.reading().values),
            alive=alive | state.sent.keys(),
            # A value that a widget of another page has taken over was dropped with that widget.
            last=page.put_back | page.drawn if is_same_page else page.put_back - state.registered_keys(),
        )
        page.deleted |= deleted
        state.forget(back)
        again |= base.values_of(back)
    # The browser sees nothing of a run that `st.rerun()` has ended. So the values put back are sent again.
    unseen = (page.put_back & widgets) - state.sent.keys() - again.keys() if by_itself else frozenset[str]()
    state.tell_again(unseen)
    page.put_back = write(state, tab, {**again, **page.for_next_run}, again.keys()) | unseen
    state.lay_under({key: again[key] for key in page.put_back & hidden & again.keys()})
    page.for_next_run = EMPTY


def fill_in(run: Run, tab: Tab, schema: Schema[Any]) -> None:
    """Set the model's defaults where there is no value. Renew values whose class was defined again."""
    reading = run.state.reading()
    # Streamlit itself renews the values that widgets return.
    renewed = schema.renew(reading.values, but=reading.widgets.keys())
    write(run.state, tab, {**schema.defaults(reading.values), **renewed})


def write(
    state: State, tab: Tab, values: Mapping[str, Any], carried: Container[str] = frozenset()
) -> frozenset[str]:
    """Set values and return the keys that accepted them. A widget that is drawn already accepts none."""
    if not values:
        return frozenset()
    accept_restored_defaults()
    put: set[str] = set()
    for key, value in values.items():
        try:
            if key in carried:
                state.carry_on(key, value)
            else:
                state.write({key: value})
        except Exception as error:  # noqa: BLE001 - Streamlit's refusal has no stable base class
            tab.standing.skip(key, DRAWN_BEFORE)
            _log.debug("key %r could not be put back", key, exc_info=error if is_debug() else None)
        else:
            put.add(key)
    return frozenset(put)
