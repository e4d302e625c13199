"""Writes what changed: one atomic commit, merged with what another tab wrote, begun again if it is lost."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fluxlit_component.clock import is_past, wall
from fluxlit_component.codec import decode
from fluxlit_component.errors import CorruptValue
from fluxlit_component.hooks import Event
from fluxlit_component.internals import State
from fluxlit_component.state.diff import Base, Diff
from fluxlit_component.state.live import noting
from fluxlit_component.state.owner import owning
from fluxlit_component.state.record import Change, Commit, Outcome
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.telemetry import span

_log = logging.getLogger("fluxlit_component")
_MERGE_TRIES: Final = 16
_FIRST_ANEW: Final = 2**40
"""Versions beyond this are those of records that were lost and begun anew."""
_TOUCH_BELOW: Final = 0.9
"""Share of the idle lifetime that must be left for an unchanged run to write nothing at all."""


class Committer:
    """Commits for one run of one tab. Call under the tab's lock."""

    def __init__(self, state: State, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._state = state
        self._tab = tab
        self._store = store
        self._policy = policy
        self._lost = Base()
        """What the tab knew of a record that the store has lost."""

    def commit(self, diff: Diff, values: Mapping[str, Any], *, yielding: bool = False) -> None:
        """Write a diff; `values` is the whole state, for a record that has to be begun again.

        `yielding`: what another tab wrote meanwhile stands, and nothing is merged.
        """
        tab = self._tab
        if tab.sid is None:
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
            # Another tab destroyed the session, and destroyed is final: this one begins anew too.
            tab.renew()
            tab.wiping = True
            return
        tab.standing.status = "ready"
        if outcome.version > 0:
            tab.known.bound |= self._policy.visitor.person is not None
            tab.known.live, tab.trial = tab.naming, replace(tab.trial, noted=tab.trial.failed)
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
            # If another tab is first again, what was merged is mine by then, and theirs the base.
            values = {**values, **merged}
            outcome = self._store.commit(self._tab.sid, self._request(diff))
        return diff, outcome

    def _note(self, diff: Diff, outcome: Outcome) -> None:
        """Make what was committed the new base, and tell the hooks."""
        tab = self._tab
        tab.known.base.settle(diff, outcome)
        written = tuple(sorted(key for key in diff.changes if key not in outcome.refused))
        if written:
            tab.known.created = True
            tab.known.learn(outcome)
            tab.standing.tell(Event("persist", written))
        if outcome.overwritten:
            tab.standing.conflict(outcome.overwritten)

    def _merge(self, outcome: Outcome, values: Mapping[str, Any]) -> tuple[Diff, dict[str, Any]]:
        """Another tab wrote these keys first: bring both values together, to try again on top of its."""
        tab = self._tab
        merged: dict[str, Any] = {}
        for key, stored in outcome.refused.items():
            merged[key] = values[key]
            if stored is not None and stored.data is not None:
                merged[key], succeeded = self._merge_one(key, stored.data, values[key])
                if not succeeded:
                    tab.standing.conflict([key])
            tab.known.base.concede(key, stored)
            try:
                self._state.write({key: merged[key]})
            except Exception:  # noqa: BLE001 - its widget is drawn already
                tab.page.waiting = {**tab.page.waiting, key: merged[key]}
        base, policy = tab.known.base, self._policy
        diff = base.diff(merged, origins=base.origins, caps=policy.caps, guarded=policy.has_merger)
        for key, reason in diff.skipped.items():
            tab.standing.skip(key, reason)
        return diff, merged

    def _merge_one(self, key: str, stored: bytes, mine: Any) -> tuple[Any, bool]:
        # What tab and record last agreed on, not what could not be saved since.
        agreed = self._tab.known.base.data_of(key) or self._lost.data_of(key)
        try:
            before, theirs = None if agreed is None else decode(agreed), decode(stored)
        except CorruptValue as error:
            _log.warning("another tab's value of %r cannot be read, this tab's wins: %s", key, error)
            return mine, False
        return self._policy.merge_values(key, before, theirs, mine)

    def _request(self, diff: Diff, *, begin: int = 1) -> Commit:
        known, schema = self._tab.known, self._policy.schema
        return self._policy.lifetimes.commit(
            {**diff.changes, **self._notes(), **self._owning()},
            schema=schema.version if schema is not None else known.schema,
            create=not known.created,
            begin=begin,
        )

    def _notes(self) -> Mapping[str, Change]:
        """What the record is to name, if it does not name it yet."""
        live = noting(self._tab.naming) if self._tab.naming != self._tab.known.live else {}
        taken = self._tab.taken.notes() if self._tab.taken is not None else {}
        return {**live, **self._tab.trial.notes(), **taken}

    def _owning(self) -> Mapping[str, Change]:
        known, visitor = self._tab.known, self._policy.visitor
        return {} if known.bound else owning(self._tab.sid or "", visitor.person)

    def _begin_again(self, outcome: Outcome, values: Mapping[str, Any]) -> tuple[Diff, Outcome]:
        """The record is gone though nobody destroyed it: save the whole state of this living tab.

        Lost by the store (restarted without persistence, evicted): under the same id. Expired, or lost
        when its time was over: under a fresh one, because an expired id is dead.
        """
        tab = self._tab
        now = wall() + tab.known.skew
        # Another tab may be first to begin it: what both knew of the lost one is what to merge from.
        self._lost, tab.known.base = tab.known.base, Base()
        if (
            outcome.verdict == "expired"
            or is_past(tab.known.idle_expires, now)
            or is_past(tab.known.expires, now)
        ):
            tab.renew()
            tab.standing.tell(Event("expire"))
        tab.known.created, tab.known.bound, tab.known.live = False, False, frozenset()
        tab.trial = replace(tab.trial, noted=False)
        policy = self._policy
        diff = tab.known.base.diff(
            values, origins=self._lost.origins, caps=policy.caps, guarded=policy.has_merger
        )
        if tab.sid is None or not (diff.changes or self._notes()):
            return diff, Outcome("committed")
        begin = _FIRST_ANEW + secrets.randbelow(_FIRST_ANEW)
        return diff, self._store.commit(tab.sid, self._request(diff, begin=begin))

    def _touch(self, sid: str) -> None:
        known, idle = self._tab.known, self._policy.idle_seconds
        if not known.created or idle is None or idle <= 0:
            return
        now = wall() + known.skew
        # A plain store does not tell the deadline: then it is moved once, and known from then on.
        due = known.idle_expires is None or known.idle_expires - now < idle * _TOUCH_BELOW
        if due and self._store.touch(sid, idle_seconds=idle):
            known.idle_expires = now + idle
