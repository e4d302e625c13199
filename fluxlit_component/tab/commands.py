"""What the app may do to its session in the middle of a run: empty it, end it, give it a new id, share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fluxlit_component.internals import Run, plain_selection
from fluxlit_component.state.diff import Base
from fluxlit_component.state.keys import encoded
from fluxlit_component.state.record import Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.commit import Committer
from fluxlit_component.tab.hydrate import write
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tasks import end_tasks, tasks_of

if TYPE_CHECKING:
    from fluxlit_component.background.tasks import Tasks
    from fluxlit_component.tab.sharing import Sharing


class Commands:
    """The commands of one run. `save` saves the changes of the run so far."""

    def __init__(
        self, run: Run, tab: Tab, store: RecordStore, policy: Policy, *, save: Callable[[], None]
    ) -> None:
        self._run, self._tab, self._store, self._policy = run, tab, store, policy
        self._save = save

    def tasks(self) -> Tasks:
        """The streams and jobs of this session."""
        return tasks_of(self._run, self._tab, self._store, self._policy, save=self._save)

    def sharing(self) -> Sharing:
        """The links of this session. The changes of this run so far are saved first."""
        from fluxlit_component.tab.sharing import Sharing

        self._save()
        return Sharing(self._run, self._tab, self._store, self._policy)

    def rotate(self) -> bool:
        """Carry on under a new id, then save: the old id must not open what the app has just allowed."""
        from fluxlit_component.tab.rotate import rotate

        tab = self._tab
        with tab.lock:
            if not tab.known.has_record:  # nobody else knows the id: an early F5 finds it all there
                self._save()
            if tab.sid is None or (tab.known.has_record and tab.standing.status != "ready"):
                return False
            done, _ = rotate(tab, self._store, self._policy, has_record=tab.known.has_record)
            self._save()
            return done

    def clear(self) -> None:
        """Empty the state: session state and record. The id stays."""
        tab = self._tab
        with tab.lock:
            self._run.state.drop(self._leave_untouched())
            tab.page.forget()
            tab.page.deleted |= tab.known.base.held.keys() | tab.known.base.faults.keys()
            tab.known.base.unsaved.clear()
            self._save()

    def destroy(self) -> bool:
        """End the session: the record is gone for good, and the browser forgets the id at the next run."""
        from fluxlit_component.links.links import destroy

        tab, done = self._tab, False
        with tab.lock, tab.standing.outages("destroy", tab.sid):
            for sid in filter(None, (tab.sid, *tab.ids.retiring)):
                end_tasks(self._store, sid)
                destroy(self._store, sid, self._policy.lifetimes)
            tab.ids.retiring = ()
            tab.renew()
            done = tab.wiping = True
        return done

    def wipe(self, *, spares_new: bool = True) -> None:
        """Begin anew after a destroy: drop the values of the old session from session state."""
        tab, state = self._tab, self._run.state
        tab.wiping = False
        mine = self._leave_untouched(but=state.written_keys() if spares_new else frozenset())
        # A widget on the page still shows its value, and the browser sends that. So the value stays.
        state.drop(mine - state.widget_keys())

    def seed(self, initial: Mapping[str, Any]) -> None:
        """Merge values into the record without touching session state."""
        tab = self._tab
        with tab.lock:
            if tab.sid is None or tab.standing.status != "ready":
                return
            if not tab.known.hydrated:
                tab.known.has_record = True
            diff = tab.known.base.diff(initial, caps=self._policy.caps)
            for key, reason in diff.skipped.items():
                tab.standing.skip(key, reason)
            if diff.changes:
                Committer(self._run.state, tab, self._store, self._policy).commit(diff, initial)
                # The seeded values come into session state with the next hydrate of this run.
                tab.known.hydrated &= tab.revived is not None or tab.standing.status != "ready"

    def stored_values(self) -> dict[str, Any] | None:
        """What the record holds, decoded; None if there is none or the store did not answer."""
        record = self._load()
        self._fields = record.fields if record is not None else {}
        return Base().adopt(record) if record is not None else None

    def overwrite(self, values: Mapping[str, Any]) -> None:
        """Set what `stored_values` has found, perhaps validated, where session state has other values."""
        tab, state = self._tab, self._run.state
        with tab.lock:
            now, base = state.reading().values, tab.known.base
            for key in values.keys() - base.unsaved.keys():  # what the store could not take is newer
                data = encoded(plain_selection(now[key])) if key in now else None
                if data is None or data != encoded(values[key]):
                    base.concede(key, self._fields[key])
                    tab.page.put_back |= (put := write(state, tab, {key: values[key]}, base.of_widgets()))
                    state.note_carried(put)

    def quarantine(self) -> None:
        """Load the record, but do not bring its values back: the app begins from its defaults."""
        tab = self._tab
        with tab.lock:
            if tab.known.hydrated or tab.sid is None:
                return
            record = self._load()
            if record is not None:
                tab.known.base.adopt(record)
                tab.known.learn(record)
                tab.known.quarantined = frozenset(tab.known.base.held)
                tab.known.has_record, tab.known.schema = True, record.schema
            elif tab.standing.status == "degraded":
                return
            tab.known.hydrated, tab.revived = True, self._run.token

    def _load(self) -> Record | None:
        tab = self._tab
        with tab.lock, tab.standing.outages("read", tab.sid):
            return self._store.load(tab.sid) if tab.sid is not None else None
        return None

    def _leave_untouched(self, *, but: frozenset[str] = frozenset()) -> frozenset[str]:
        """Note the values that widgets on the page still show: nobody's choice until they change.

        Returns the session's keys in session state, without those of `but`.
        """
        values, widgets = self._run.state.reading().values, self._run.state.widget_keys()
        mine = self._policy.keys.sift(values) - but
        shown = {key: encoded(values[key]) for key in mine & widgets}
        self._tab.page.shown = {key: data for key, data in shown.items() if data is not None}
        return mine
