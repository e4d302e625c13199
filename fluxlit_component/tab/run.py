"""One run of one tab: open it, save it, and what the app may do to its session.

The orchestration that `session` and `original.functions` share. Everything happens under the tab's lock,
because Streamlit starts the next run of a tab on another thread before the interrupted one has left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxlit_component import identifier
from fluxlit_component.internals import Run
from fluxlit_component.links.links import revoke
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Record
from fluxlit_component.stores.assembly import StoreReport, report_on
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.hydrate import encoded, fill_in, hydrate, put_back
from fluxlit_component.tab.identify import Arrival
from fluxlit_component.tab.persist import Departure
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.sharing import Sharing
from fluxlit_component.tab.tab import Tab
from fluxlit_component.telemetry import count, span


class Continuity:
    """One script run of one tab, with its store and its policy."""

    def __init__(self, run: Run, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._run = run
        self._tab = tab
        self._store = store
        self._policy = policy
        self._departure = Departure(run, tab, store, policy)
        self._number = 0
        self.put: frozenset[str] = frozenset()
        """Keys that this run's opening wrote into session state."""

    def open(self) -> None:
        """Settle the id, hydrate. May end the run at the gate, drawing nothing."""
        tab, record = self._tab, None
        with tab.lock:
            tab.hooks = self._policy.hooks
            if tab.token is not self._run.token:
                record = self._arrive()
            self._number = tab.runs
            if self._policy.hydrate and tab.sid is not None and tab.revived is not self._run.token:
                self._revive(record)
            if self._policy.schema is not None:
                fill_in(self._run, tab, self._policy.schema)
                tab.present |= frozenset(self._policy.schema.model.model_fields)

    def _arrive(self) -> Record | None:
        tab = self._tab
        tab.runs += 1
        if tab.wiping:
            self._wipe()
        arrival = Arrival(self._run, tab, self._store, self._policy)
        arrival.settle()
        if arrival.switched:
            self._wipe()
        tab.token = self._run.token
        return arrival.record

    def _revive(self, record: Record | None) -> None:
        tab = self._tab
        if not tab.hydrated:
            with span("fluxlit.hydrate"):
                self.put = hydrate(self._run, tab, self._store, self._policy, record)
            tab.present = frozenset(self._run.read())
        else:
            if tab.closed < self._number - 1:
                # The run before this one was not saved on its way out: no `with`, or cut off before it.
                self._departure.save(self._number, late=True)
            self.put = put_back(self._run, tab, self._policy)
        tab.revived, tab.put = self._run.token, self.put

    def close(self) -> None:
        """Save what this run changed, as it ends. Never raises, never yields to Streamlit."""
        with self._tab.lock:
            self._departure.save(self._number, late=False)
            count("fluxlit.degraded_runs", self._tab.status == "degraded")

    @property
    def brought_late(self) -> bool:
        """Whether this run's saving found values that only the next run can begin with."""
        return self._departure.brought_late

    def save(self) -> None:
        """Save what has changed so far: in the middle of a run, or in a fragment."""
        with self._tab.lock:
            self._departure.save(self._number, late=True)

    def report_on_store(self) -> StoreReport:
        """What this run is kept in."""
        return report_on(self._store)

    def suspects(self) -> frozenset[str]:
        """Keys whose value in this run may be the stored one, put there by us."""
        return self._run.written_keys() & frozenset(self._tab.base.known)

    def heal(self, key: str) -> None:
        """Streamlit refused the value that was put back under `key`: drop it, here and in the record."""
        with self._tab.lock:
            self._tab.healed.add(key)
            self._run.drop([key])
            self._tab.deleted.add(key)
            self.save()

    # --- the original functions ---------------------------------------------------------------

    def seed(self, initial: Mapping[str, Any]) -> None:
        """Merge values into the record without touching session state."""
        tab = self._tab
        with tab.lock:
            if tab.sid is None or tab.status != "ready":
                return
            if not tab.hydrated:
                tab.created = True
            diff = tab.base.diff(initial, caps=self._policy.caps)
            for key, reason in diff.skipped.items():
                tab.skip(key, reason)
            if diff.changes:
                self._departure.commit(diff, initial)
                # What was seeded comes into session state with the next hydrate of this very run.
                tab.hydrated = tab.hydrated and (tab.revived is not None or tab.status != "ready")

    def stored_values(self) -> dict[str, Any] | None:
        """What the record holds, decoded; None if there is none or the store did not answer."""
        tab = self._tab
        with tab.lock:
            try:
                record = self._store.load(tab.sid) if tab.sid is not None else None
            except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
                tab.degrade("read", error)
                return None
            return Base().adopt(record) if record is not None else None

    def quarantine(self) -> None:
        """Take the record as known without bringing its values back: the app begins from its defaults."""
        tab = self._tab
        with tab.lock:
            if tab.hydrated or tab.sid is None:
                return
            try:
                record = self._store.load(tab.sid)
            except Exception as error:  # noqa: BLE001
                tab.degrade("read", error)
                return
            if record is not None:
                tab.base.adopt(record)
                tab.learn(record)
                tab.quarantined = set(tab.base.known)
                tab.created = True
            tab.hydrated, tab.revived = True, self._run.token
            tab.present = frozenset(self._run.read())

    def sharing(self) -> Sharing:
        """The links of this session, after what this run has changed so far was saved."""
        self.save()
        return Sharing(self._run, self._tab, self._store, self._policy)

    # --- what the app may do ------------------------------------------------------------------

    def rotate(self) -> bool:
        """Save, then carry on under a new id; the old one dies when the browser has confirmed it."""
        tab = self._tab
        with tab.lock:
            if tab.sid is None:
                return False
            self.save()
            fresh = identifier.new_session_id()
            if tab.created:
                try:
                    if tab.status != "ready":
                        return False
                    revoke(self._store, tab.sid, self._policy.lifetimes)  # they lead to the id that is to die
                    if not self._store.copy(tab.sid, fresh):
                        return False
                    tab.base.renumber(self._store.load(fresh))
                except Exception as error:  # noqa: BLE001
                    tab.degrade("rotate", error)
                    return False
                tab.retiring.append(tab.sid)
            tab.sid = tab.offer = fresh
            return True

    def clear(self) -> None:
        """Empty the state: session state and record. The id stays."""
        tab = self._tab
        with tab.lock:
            mine = self._mine()
            self._mute(mine)
            self._run.drop(mine)
            tab.deleted.update(tab.base.known, tab.base.faults)
            tab.base.unsaved.clear()
            self.save()

    def destroy(self) -> bool:
        """End the session: the record is gone for good, the browser forgets the id at the next run."""
        tab = self._tab
        with tab.lock:
            try:
                for sid in (tab.sid, *tab.retiring):
                    if sid is not None:
                        revoke(self._store, sid, self._policy.lifetimes)
                        self._store.delete(sid)
            except Exception as error:  # noqa: BLE001
                tab.degrade("destroy", error)
                return False
            tab.retiring.clear()
            tab.renew()
            tab.wiping = True
            return True

    def _wipe(self) -> None:
        """Begin anew after a destroy: what is in session state belonged to the old session."""
        tab = self._tab
        tab.wiping = False
        written, live = self._run.written_keys(), self._run.live_widgets()
        mine = {k: v for k, v in self._mine().items() if k not in written}
        self._mute(mine)
        # A widget on the page still shows its value, and the browser sends it: leave it be.
        self._run.drop(k for k in mine if k not in live)

    def _mine(self) -> dict[str, Any]:
        return {k: v for k, v in self._run.read().items() if self._policy.keys.admit(k)}

    def _mute(self, values: Mapping[str, Any]) -> None:
        """Remember what the widgets on the page still show: it must not be saved as if it were new."""
        live = self._run.live_widgets()
        self._tab.muted = {
            k: data for k, v in values.items() if k in live and (data := encoded(v)) is not None
        }
