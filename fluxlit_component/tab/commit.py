"""Writes the changes of a run in one atomic commit. Merges with other tabs; begins a lost record again."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fluxlit_component.clock import wall
from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue, UnfitRecord
from fluxlit_component.hooks import Event
from fluxlit_component.internals import State
from fluxlit_component.state.diff import Base, Diff
from fluxlit_component.state.live import noting
from fluxlit_component.state.merge import in_place
from fluxlit_component.state.owner import owning
from fluxlit_component.state.record import Change, Commit, Outcome
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.page import UNDER
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.telemetry import span

_log = logging.getLogger("fluxlit_component")
_NEWER: Final = "a newer release has migrated the session; pages of this one save nothing to it"
_MERGE_TRIES: Final = 16
_FIRST_ANEW: Final = 2**40  # a higher version number belongs to a record that was lost and begun again
_TOUCH_BELOW: Final = 0.9  # with less of the idle lifetime left an unchanged run touches the record


class Committer:
    """Commits for one run of one tab. Call under the tab's lock."""

    _lost = Base()  # what the tab knew of a record that the store has lost

    def __init__(self, state: State, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._state, self._tab, self._store, self._policy = state, tab, store, policy

    def commit(self, diff: Diff, values: Mapping[str, Any], *, yielding: bool = False) -> None:
        """Write a diff. `values`: the whole state, for a new record. `yielding`: other tabs' values win."""
        tab = self._tab
        if tab.sid is None or tab.known.read_only:
            return
        try:
            outcome = Outcome("committed")
            if diff.changes or self._notes():
                with span("fluxlit.commit", keys=len(diff.changes)):
                    diff, outcome = self._commit(tab.sid, diff, values, yielding=yielding)
            else:
                self._touch(tab.sid)
        except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
            tab.known.base.keep(diff)
            tab.standing.degrade("write", tab.sid, error)
            return
        if outcome.verdict == "destroyed":
            # Another tab destroyed the session, which is final. So this tab begins a new session, too.
            tab.renew()
            tab.wiping = True
            return
        if outcome.verdict == "newer":
            # The tab has read the record before that. What it holds must not go back into it.
            tab.known.read_only, tab.standing.status = True, "degraded"
            _log.warning(_NEWER)
            tab.standing.tell(Event("error", error=UnfitRecord(_NEWER)))
            return
        tab.standing.status = "ready"
        if outcome.version > 0:
            tab.known.bound |= self._policy.visitor.person is not None
            tab.known.live, tab.known.under_data = tab.naming, tab.page.under_data
            tab.trial = replace(tab.trial, noted=tab.trial.failed)
            if tab.taken is not None:
                tab.taken.saved()
        self._note(diff, outcome)

    def _commit(
        self, sid: str, diff: Diff, values: Mapping[str, Any], *, yielding: bool
    ) -> tuple[Diff, Outcome]:
        outcome = self._store.commit(sid, self._request(diff))
        if outcome.verdict in ("absent", "expired"):
            diff, outcome = self._begin_again(outcome, values)
        for _ in range(0 if yielding else _MERGE_TRIES):
            if not outcome.refused or self._tab.sid is None:
                break
            self._note(diff, outcome)
            diff, merged = self._merge(outcome, values)
            # If another tab is first again, the merged values are this tab's, and the stored are the base.
            values = {**values, **merged}
            outcome = self._store.commit(self._tab.sid, self._request(diff))
        return diff, outcome

    def _note(self, diff: Diff, outcome: Outcome) -> None:
        """Make what was committed the new base, and tell the hooks."""
        tab = self._tab
        tab.known.base.settle(diff, outcome)
        written = tuple(sorted(key for key in diff.changes if key not in outcome.refused))
        if written:
            tab.known.has_record = True
            tab.known.learn(outcome)
            tab.standing.tell(Event("persist", written))
        if outcome.overwritten:
            tab.standing.conflict(outcome.overwritten)

    def _merge(self, outcome: Outcome, values: Mapping[str, Any]) -> tuple[Diff, dict[str, Any]]:
        """Merge the keys that another tab wrote first, for another try on top of its values."""
        tab = self._tab
        merged: dict[str, Any] = {}
        of_widgets = self._state.keys_of_widgets()
        for key, stored in outcome.refused.items():
            merged[key] = values[key]
            if stored is not None and stored.data is not None:
                merged[key], succeeded = self._merge_one(key, stored.data, values[key])
                if not succeeded:
                    tab.standing.conflict([key])
                if key not in of_widgets:
                    merged[key] = in_place(values[key], merged[key])
            tab.known.base.concede(key, stored)
            try:
                self._state.write({key: merged[key]})
            except Exception:  # noqa: BLE001 - the widget of the key is drawn already
                tab.page.for_next_run = {**tab.page.for_next_run, key: merged[key]}
        base, policy = tab.known.base, self._policy
        diff = base.diff(merged, origins=base.origins, caps=policy.caps, guarded=policy.merger_of)
        for key, reason in diff.skipped.items():
            tab.standing.skip(key, reason)
        return diff, merged

    def _merge_one(self, key: str, stored: bytes, mine: Any) -> tuple[Any, bool]:
        """Return the merged value of `key` and True. If no merger can make one, return `mine` and False."""
        # The value that tab and record last agreed on. Newer values that could not be saved do not count.
        agreed = self._tab.known.base.data_of(key) or self._lost.data_of(key)
        try:
            before, theirs = None if agreed is None else decode(agreed), decode(stored)
        except CorruptValue as error:
            _log.warning("another tab's value of %r cannot be read, this tab's wins: %s", key, error)
            return mine, False
        if agreed is not None and encode(mine) == agreed:  # only its origin is new
            return theirs, True
        if (merger := self._policy.merger_of(key)) is None:
            return mine, False
        try:
            return merger(before, theirs, mine), True
        except Exception as error:  # noqa: BLE001 - the app's own code, or a value it did not expect
            _log.warning("the merger of %r failed (%s); this tab's value wins", key, type(error).__name__)
            return mine, False

    def _request(self, diff: Diff) -> Commit:
        known, model = self._tab.known, self._policy.schema
        schema = model.version if model is not None else known.schema
        owner = {} if known.bound else owning(self._tab.sid or "", self._policy.visitor.person)
        return self._policy.lifetimes.commit(
            {**diff.changes, **self._notes(), **owner},
            schema=schema if diff.changes and known.hydrated else None,
            create=not known.has_record,
        )

    def _notes(self) -> Mapping[str, Change]:
        """Changes of the notes: on live values, a failed first run, results taken, what is under widgets."""
        tab = self._tab
        live = noting(tab.naming) if tab.naming != tab.known.live else {}
        under = {UNDER: Change(tab.page.under_data)} if tab.page.under_data != tab.known.under_data else {}
        return {**live, **under, **tab.trial.notes(), **(tab.taken.notes() if tab.taken is not None else {})}

    def _begin_again(self, outcome: Outcome, values: Mapping[str, Any]) -> tuple[Diff, Outcome]:
        """Save the whole state of this tab again: the record is gone though nobody destroyed it.

        If the store lost the record (restart without persistence, eviction), the id stays. If the record
        expired, or was lost after its time, the tab gets a fresh id: an expired id is not used again.
        """
        tab, known = self._tab, self._tab.known
        # Another tab may begin the record first. Then what was known of the lost one is the base of a merge.
        self._lost, tab.known.base = tab.known.base, Base()
        if outcome.verdict == "expired" or known.seconds_left(known.idle_expires, known.expires) == 0:
            tab.renew()
            tab.standing.tell(Event("expire"))
        tab.known.has_record = tab.known.bound = False
        tab.known.live, tab.known.under_data = {}, None
        tab.trial = replace(tab.trial, noted=False)
        caps, guarded = self._policy.caps, self._policy.merger_of
        diff = tab.known.base.diff(values, origins=self._lost.origins, caps=caps, guarded=guarded)
        if tab.sid is None or not (diff.changes or self._notes()):
            return diff, Outcome("committed")
        begin = _FIRST_ANEW + secrets.randbelow(_FIRST_ANEW)
        return diff, self._store.commit(tab.sid, replace(self._request(diff), begin=begin))

    def _touch(self, sid: str) -> None:
        known, idle = self._tab.known, self._policy.idle_seconds
        if not known.has_record or idle is None or idle <= 0:
            return
        now = wall() + known.skew
        # A plain store does not tell the deadline. Then one touch moves the deadline, and it is known.
        due = known.idle_expires is None or known.idle_expires - now < idle * _TOUCH_BELOW
        if due and self._store.touch(sid, idle_seconds=idle):
            known.idle_expires = now + idle
