"""A run leaves: find what it changed and commit that, on every way out.

Nothing here yields to Streamlit or raises: the run may be leaving because the visitor clicked again,
closed the tab, or because the app failed.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from fluxlit_component.clock import is_past, wall
from fluxlit_component.codec import decode
from fluxlit_component.errors import CorruptValue
from fluxlit_component.hooks import Event
from fluxlit_component.internals import Run
from fluxlit_component.settings import is_debug
from fluxlit_component.state.diff import Diff, Known
from fluxlit_component.state.keys import Snapshot, take_snapshot
from fluxlit_component.state.record import Commit, Outcome
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.hydrate import DRAWN_BEFORE, encoded, note_conflict
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.telemetry import span

_log = logging.getLogger("fluxlit_component")
_MERGE_TRIES: Final = 16
_FIRST_ANEW: Final = 2**40
"""Versions beyond this are those of records that were lost and begun anew."""
_TOUCH_BELOW: Final = 0.9
"""Share of the idle lifetime that must be left for an unchanged run to write nothing at all."""


class Departure:
    """Saves for one run of one tab. Call under the tab's lock."""

    def __init__(self, run: Run, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._run = run
        self._tab = tab
        self._store = store
        self._policy = policy
        self._private = tab.private
        self._lost: dict[str, Known] = {}
        """What the tab knew of a record that the store has lost."""
        self.brought_late = False
        """Whether values came to light that the next run is to begin with."""

    def save(self, number: int, *, late: bool) -> None:
        """Commit what changed.

        `number` is that of the run. `late` tells that this is not the end of a full run: a fragment,
        a call in mid-run, or the start of the next run after one that was not saved.
        """
        try:
            self._save(number, late=late)
        except Exception as error:  # noqa: BLE001 - a failing save must not break the app's run
            _log.warning(
                "the state could not be saved, the stored one stays as it was: %s",
                type(error).__name__,
                exc_info=error if is_debug() else None,
            )

    def _save(self, number: int, *, late: bool) -> None:
        tab = self._tab
        if tab.wiping or tab.private is not self._private:
            return  # the consent has changed since: this run's store is not the tab's any more
        if tab.read_only:
            tab.status = "degraded"
            return
        state, live = self._run.reading()
        tab.widgets.update(live)
        snapshot = self._snapshot(state, live)
        if (tab.sid is None or not tab.hydrated or tab.private is not None) and tab.baseline is None:
            tab.baseline = {k: data for k, v in snapshot.values.items() if (data := encoded(v)) is not None}
        if tab.sid is None or not tab.hydrated:
            return
        late_values = self._late_values()
        newest = number == tab.runs
        deleted = self._deleted(state, newest=newest, late=late) - snapshot.forbidden.keys()
        values = snapshot.values
        if tab.muted:
            values = {k: v for k, v in values.items() if not self._is_muted(k, v)}
        if late_values:  # what stands there is the app's default: stored values win over that
            values = {k: v for k, v in values.items() if k not in late_values}
        diff = tab.base.diff(values, deleted=deleted, caps=self._policy.caps, guarded=self._has_merger)
        self._note_skipped({**snapshot.forbidden, **diff.skipped}, values)
        self.commit(diff, values)
        if newest and not late:
            tab.drawn, tab.page, tab.closed = self._run.drawn_keys(), self._run.page, number
        tab.deleted.clear()

    def _note_skipped(self, skipped: Mapping[str, str], values: Mapping[str, Any]) -> None:
        tab = self._tab
        if not skipped and not tab.skipped:
            return
        for key, reason in skipped.items():
            tab.skip(key, reason)
        for key in tab.skipped.keys() & values.keys() - skipped.keys():
            if tab.skipped[key] != DRAWN_BEFORE:
                del tab.skipped[key]  # it holds something else now

    def _late_values(self) -> dict[str, Any]:
        """What could not be read when it was loaded: the page that registers its class had not run."""
        tab = self._tab
        if not tab.base.early:
            return {}
        values = {k: v for k, v in tab.base.read_late().items() if self._policy.keys.admit(k)}
        if values:
            tab.inbox.update(values)
            for key in values:
                tab.skipped.pop(key, None)
            tab.restored = tuple(sorted({*tab.restored, *values}))
            tab.hooks.tell(Event("restore", tuple(sorted(values))))
            self.brought_late = True
        return values

    def _snapshot(self, state: Mapping[str, Any], live: Mapping[str, str]) -> Snapshot:
        # The key of a widget that was swept away shows what stood there before it was drawn.
        tab = self._tab
        leftovers = tab.widgets - live.keys()
        if leftovers:  # mostly there are none: all widgets of the page were drawn
            leftovers -= self._run.written_keys()
            state = {k: v for k, v in state.items() if k not in leftovers}
        return take_snapshot(state, keys=self._policy.keys, widgets=live, healed=tab.healed)

    def _deleted(self, state: Mapping[str, Any], *, newest: bool, late: bool) -> frozenset[str]:
        """Keys that the app deleted: there when its part of the run began, and gone.

        Streamlit's own clean-up of widgets comes after a run; where it may have come in between, keys of
        widgets that were not drawn do not count.
        """
        tab = self._tab
        gone = self._policy.keys.sift((tab.base.known.keys() | tab.base.faults.keys()) - state.keys())
        if not gone:
            return gone
        deleted = gone & tab.deleted
        if newest:
            swept = tab.widgets - tab.drawn if late else frozenset[str]()
            deleted |= {k for k in gone if k in tab.present and k not in swept}
        return deleted

    def _is_muted(self, key: str, value: object) -> bool:
        muted = self._tab.muted.get(key)
        if muted is None:
            return False
        if encoded(value) == muted:
            return True
        del self._tab.muted[key]
        return False

    def commit(self, diff: Diff, values: Mapping[str, Any]) -> None:
        """Write a diff; `values` is the whole state, for a record that has to be begun again."""
        tab = self._tab
        if tab.sid is None:
            return
        if diff.changes:
            with span("fluxlit.commit", keys=len(diff.changes)):
                self._commit(diff, values)
            return
        try:
            self._touch()
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            tab.degrade("write", error)
        else:
            tab.status = "ready"

    def _commit(self, diff: Diff, values: Mapping[str, Any]) -> None:
        tab = self._tab
        if tab.sid is None:
            return
        try:
            outcome = self._store.commit(tab.sid, self._request(diff))
            if outcome.verdict in ("absent", "expired"):
                diff, outcome = self._begin_again(outcome, values)
            for _ in range(_MERGE_TRIES):
                if not outcome.refused:
                    break
                self._note(diff, outcome)
                diff, merged = self._merge(outcome, values)
                # If another tab is first again, what was merged is mine by then, and theirs the base.
                values = {**values, **merged}
                outcome = self._store.commit(tab.sid, self._request(diff))
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            tab.base.keep(diff)
            tab.degrade("write", error)
            return
        if outcome.verdict == "destroyed":
            # Another tab destroyed the session, and destroyed is final: this one begins anew too.
            tab.renew()
            tab.wiping = True
            return
        tab.status = "ready"
        self._note(diff, outcome)

    def _note(self, diff: Diff, outcome: Outcome) -> None:
        """Make what was committed the new base, and tell the hooks."""
        tab = self._tab
        tab.base.settle(diff, outcome)
        written = tuple(sorted(key for key in diff.changes if key not in outcome.refused))
        if written:
            tab.created = True
            tab.learn(outcome)
            tab.hooks.tell(Event("persist", written))
        if outcome.overwritten:
            note_conflict(tab, outcome.overwritten)

    def _has_merger(self, key: str) -> bool:
        return self._policy.merger_of(key) is not None

    def _merge(self, outcome: Outcome, values: Mapping[str, Any]) -> tuple[Diff, dict[str, Any]]:
        """Another tab wrote these keys first: bring both values together, to try again on top of its."""
        tab = self._tab
        merged: dict[str, Any] = {}
        for key, stored in outcome.refused.items():
            merged[key] = values[key]
            if stored is not None and stored.data is not None:
                merged[key], succeeded = self._merge_one(key, stored.data, values[key])
                if not succeeded:
                    note_conflict(tab, [key])
            tab.base.concede(key, stored)
            try:
                self._run.write({key: merged[key]})
            except Exception:  # noqa: BLE001 - its widget is drawn already
                tab.inbox[key] = merged[key]
        diff = tab.base.diff(merged, caps=self._policy.caps, guarded=self._has_merger)
        for key, reason in diff.skipped.items():
            tab.skip(key, reason)
        return diff, merged

    def _merge_one(self, key: str, stored: bytes, mine: Any) -> tuple[Any, bool]:
        # What tab and record last agreed on, not what could not be saved since.
        agreed = self._tab.base.known.get(key, self._lost.get(key))
        try:
            before, theirs = None if agreed is None else decode(agreed.data), decode(stored)
        except CorruptValue as error:
            _log.warning("another tab's value of %r cannot be read, this tab's wins: %s", key, error)
            return mine, False
        return self._policy.merge_values(key, before, theirs, mine)

    def _request(self, diff: Diff, *, begin: int = 1) -> Commit:
        return self._policy.lifetimes.commit(
            diff.changes,
            schema=self._policy.schema.version if self._policy.schema is not None else self._tab.schema,
            create=not self._tab.created,
            begin=begin,
        )

    def _begin_again(self, outcome: Outcome, values: Mapping[str, Any]) -> tuple[Diff, Outcome]:
        """The record is gone though nobody destroyed it: save the whole state of this living tab.

        Lost by the store (restarted without persistence, evicted): under the same id. Expired, or lost
        when its time was over: under a fresh one, because an expired id is dead.
        """
        tab = self._tab
        now = wall() + tab.skew
        if outcome.verdict == "expired" or is_past(tab.idle_expires, now) or is_past(tab.expires, now):
            tab.renew()
            tab.hooks.tell(Event("expire"))
        # Another tab may be first to begin it: what both knew of the lost one is what to merge from.
        self._lost = dict(tab.base.known)
        tab.base.forget()
        tab.created = False
        diff = tab.base.diff(values, caps=self._policy.caps, guarded=self._has_merger)
        if tab.sid is None or not diff.changes:
            return diff, Outcome("committed")
        begin = _FIRST_ANEW + secrets.randbelow(_FIRST_ANEW)
        return diff, self._store.commit(tab.sid, self._request(diff, begin=begin))

    def _touch(self) -> None:
        tab, idle = self._tab, self._policy.idle_seconds
        if not tab.created or tab.sid is None or idle is None or idle <= 0:
            return
        now = wall() + tab.skew
        # A plain store does not tell the deadline: then it is moved once, and known from then on.
        due = tab.idle_expires is None or tab.idle_expires - now < idle * _TOUCH_BELOW
        if due and self._store.touch(tab.sid, idle_seconds=idle):
            tab.idle_expires = now + idle
