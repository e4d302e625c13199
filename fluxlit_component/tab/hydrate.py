"""The state comes back: from the store at a page load, from the tab's base in every later run."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any, Final

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import UnfitRecord, UnstorableValue
from fluxlit_component.hooks import Event
from fluxlit_component.internals import Run, accept_restored_defaults
from fluxlit_component.settings import is_debug
from fluxlit_component.state.record import Record
from fluxlit_component.state.schema import Schema
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.telemetry import count

_log = logging.getLogger("fluxlit_component")
DRAWN_BEFORE: Final = "its widget is drawn before url_session() is called; call url_session() first"


def hydrate(run: Run, tab: Tab, store: RecordStore, policy: Policy, record: Record | None) -> frozenset[str]:
    """Bring the record into session state, once per page load; return the keys that were written.

    Stored values win over defaults that the script has set, but not over what the visitor did
    meanwhile: values sent by the browser after a restart of the server, and what changed while the run
    went on without its record.
    """
    if record is None and tab.sid is not None:
        try:
            record = store.load(tab.sid)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            tab.degrade("read", error)
            return frozenset()
    if record is None:
        tab.hydrated = True
        return frozenset()
    schema = policy.schema
    values = tab.base.adopt(
        record,
        plain=schema.model.model_fields.keys() if schema is not None else (),
        exact=schema is None or max(record.schema, 1) >= schema.version,
    )
    for key, reason in tab.base.faults.items():
        tab.skipped[key] = reason  # the log has it already
        tab.hooks.tell(Event("skip", (key,), {key: reason}))
    tab.learn(record)
    tab.schema = record.schema
    if schema is not None:
        values = _fitted(tab, schema, values, record.schema)
    current = run.read()
    changed = _changed_meanwhile(tab, current)
    merged = _brought_together(tab, policy, values, {k: current[k] for k in changed & values.keys()})
    keep = changed | tab.healed
    if tab.runs == 1:
        sent = run.sent_keys()
        keep |= sent
        run.lay_under({k: v for k, v in values.items() if k in sent and policy.keys.admit(k)})
    if policy.fill_only:
        keep |= frozenset(current)
    back = {k: v for k, v in values.items() if policy.keys.admit(k) and k not in keep}
    put = _write(run, tab, {**back, **merged})
    tab.restored = tuple(sorted(put))
    tab.is_new, tab.created, tab.hydrated, tab.baseline = False, True, True, None
    tab.hooks.tell(Event("restore", tab.restored))
    return put


def _fitted(tab: Tab, schema: Schema[Any], values: dict[str, Any], stored_version: int) -> dict[str, Any]:
    """Validated values, or none of them if the record does not fit: then it is left as it is."""
    newer = stored_version > schema.version
    try:
        fitted = schema.fit(values, stored_version)
    except UnfitRecord as error:
        _log.warning(
            "the stored session (schema %d) does not fit %s (schema %d) and is left untouched: %s",
            stored_version,
            schema.model.__name__,
            schema.version,
            error,
            exc_info=error.__cause__ if is_debug() else None,
        )
        tab.hooks.tell(Event("error", error=error))
        tab.base.forget()
        fitted, newer = {}, True
    if newer:
        tab.read_only, tab.status = True, "degraded"
    return fitted


def put_back(run: Run, tab: Tab, policy: Policy) -> frozenset[str]:
    """Give back what Streamlit dropped because its widget was not on the page; return those keys.

    Also what is still there but belongs to no drawn widget: a value assigned in an earlier run does
    not reach a widget that is drawn only now, and a value seen under the key of a widget that was
    swept away may be a leftover from before it was drawn. Notes which keys are present from here on.
    """
    now = run.outline()
    tab.widgets.update(now.live)
    same_page = run.page == tab.page
    # Streamlit files a value that was put back for a widget that is away under the widget's old id: it
    # looks alive then, and is swept again. Alive is what was drawn in the last run or sent by the browser.
    # What was put there for the last run counts only once it was sent: a run that is cut short is never
    # shown, and the browser would go on with the widget's default.
    alive = now.live.keys() & ((tab.drawn - tab.put) | now.sent)
    untouched = tab.healed | tab.quarantined | alive | now.written
    again: dict[str, Any] = {}
    for key in policy.keys.sift(tab.base.names()) - untouched:
        if key in tab.widgets:
            if key not in now.names and same_page and key in tab.drawn:
                tab.deleted.add(key)  # drawn a moment ago and gone: a callback deleted it
            else:
                again[key] = tab.base.value_of(key)
        elif key in now.held:
            again[key] = now.held[key]
        elif key not in now.names:
            tab.deleted.add(key)
    put = _write(run, tab, {**again, **tab.inbox})
    tab.inbox.clear()
    tab.present = put | now.names
    return put


def fill_in(run: Run, tab: Tab, schema: Schema[Any]) -> None:
    """Set the model's defaults where there is no value, and renew values of classes defined anew."""
    state = run.read()
    # Streamlit itself renews what a widget returns.
    _write(run, tab, {**schema.defaults(state), **schema.renew(state, but=tab.widgets)})


def encoded(value: object) -> bytes | None:
    """The value's bytes, or None if it cannot be kept."""
    try:
        return encode(value)
    except UnstorableValue:
        return None


def _changed_meanwhile(tab: Tab, current: Mapping[str, Any]) -> frozenset[str]:
    baseline = tab.baseline
    if baseline is None:
        return frozenset()
    return frozenset(k for k, v in current.items() if k in baseline and encoded(v) != baseline[k])


def _brought_together(
    tab: Tab, policy: Policy, stored: Mapping[str, Any], mine: Mapping[str, Any]
) -> dict[str, Any]:
    """Values that the visitor changed before the stored ones came: their mergers hold both.

    What both began from is what the app had set when it went on without its record. A key without a
    merger is the visitor's; that this goes over a stored value is told.
    """
    merged: dict[str, Any] = {}
    lost: list[str] = []
    for key, value in mine.items():
        before, known = (tab.baseline or {})[key], tab.base.known.get(key)
        if not policy.keys.admit(key) or (known is not None and before == known.data):
            continue
        both, succeeded = policy.merge_values(key, decode(before), stored[key], value)
        if succeeded:
            merged[key] = both
        else:
            lost.append(key)
    if lost:
        note_conflict(tab, lost)
    return merged


def note_conflict(tab: Tab, keys: Collection[str]) -> None:
    """Count and tell that this tab's values went over those of another one."""
    tab.conflicts += len(keys)
    count("fluxlit.conflicts", len(keys))
    tab.hooks.tell(Event("conflict", tuple(sorted(keys))))


def _write(run: Run, tab: Tab, values: Mapping[str, Any]) -> frozenset[str]:
    accept_restored_defaults()
    try:
        run.write(values)
    except Exception:  # noqa: BLE001 - one of them is refused: which one?
        return _write_singly(run, tab, values)
    return frozenset(values)


def _write_singly(run: Run, tab: Tab, values: Mapping[str, Any]) -> frozenset[str]:
    put: set[str] = set()
    for key, value in values.items():
        try:
            run.write({key: value})
        except Exception as error:  # noqa: BLE001 - Streamlit's refusal has no stable base class
            tab.skip(key, DRAWN_BEFORE)
            if is_debug():
                _log.debug("key %r could not be put back", key, exc_info=error)
        else:
            put.add(key)
    return frozenset(put)
