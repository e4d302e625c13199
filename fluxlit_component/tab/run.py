"""One run of one tab, from its opening to its end.

The order is `identify`, `hydrate`, the app, `persist`, `offer`. All code here works under the tab's lock,
because Streamlit starts the next run of a tab on another thread before the interrupted run has ended.
"""

from __future__ import annotations

import logging
from functools import partial
from threading import get_ident
from typing import Final

from fluxlit_component.bridge.gate import draw_way_out
from fluxlit_component.bridge.transport import component_key
from fluxlit_component.hooks import Event
from fluxlit_component.internals import Run, begin_again, current_run, freeze, is_rerun
from fluxlit_component.state.record import Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.commands import Commands
from fluxlit_component.tab.hydrate import fill_in, hydrate, leave_last_page, resume
from fluxlit_component.tab.identify import Identification
from fluxlit_component.tab.identity import forget_page, has_left, ignore_leftovers
from fluxlit_component.tab.offer import mount_bridge
from fluxlit_component.tab.persist import Persist
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.telemetry import count, span

_log = logging.getLogger("fluxlit_component")
_UNHEARD: Final = 2  # runs of a page that draw no bridge: a login or a first choice may begin another run
_REFUSED: Final = "Streamlit refused the stored value when the widget was drawn, so it was dropped"


class SessionRun:
    """One script run of one tab, with its store and its policy."""

    def __init__(self, run: Run, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._run, self._tab, self._store, self._policy = run, tab, store, policy
        self._persist = Persist(run, run.state, tab, store, policy)
        self.commands = Commands(run, tab, store, policy, save=self.save)
        self._record: Record | None = None  # the record, if it was read while the session was identified
        self._number = 0
        self._has_failed = False
        self._thread = get_ident()

    def open(self, *, has_block: bool = True) -> None:
        """Identify the session and hydrate. May end the run at the gate, drawing nothing.

        The bridge is drawn when the block is left. Without a block, as far as known, it is drawn at once.
        """
        tab = self._tab
        with tab.lock:
            tab.standing.hooks = self._policy.hooks
            is_first_call = tab.token is not self._run.token
            if is_first_call:
                self._begin()
                # A callback may have assigned the value that was there, too; but not in two runs, mostly.
                kept = self._run.state.retained_keys()
                tab.page.above, tab.page.retained = kept & tab.page.retained, kept
            self._number = tab.runs
            if self._policy.hydrate and tab.sid is not None and tab.revived is not self._run.token:
                self._revive()
            if self._policy.schema is not None:
                fill_in(self._run, tab, self._policy.schema)
            # If all blocks so far have ended in the next run, the browser has not heard of the session.
            is_unheard = not tab.is_told and tab.runs > _UNHEARD and tab.page.saved_run > 0
            is_due = tab.is_blockless or not has_block or is_unheard
            if is_first_call and tab.mounted is not self._run.token and is_due:
                self._mount()
            if is_first_call and not self._run.is_fragment:
                self._note_clicks()
                tab.page.cleared = self._run.cleared_elements()
                tab.page.name = self._run.page  # until `st.navigation` chooses one
            tab.is_blockless = True

    def enter(self) -> None:
        """Note that the app has a block: the bridge is drawn at the end of the block."""
        self._tab.is_blockless = False
        if self._tab.runs == 1:  # a page load sends no clicks: any come after a restart of the server
            self._run.call_back_late()

    def close(self, error: BaseException | None = None) -> bool:
        """Save the changes of this run as it ends. Return whether another run has values to begin with.

        Then the bridge is drawn, also if the run was told to stop.
        """
        tab = self._tab
        with tab.lock:
            page, is_newest = tab.page, self._number == tab.runs
            self._has_failed = isinstance(error, Exception)  # not `st.stop()` or `st.rerun()`
            if error is None or self._has_failed:
                tab.trial = tab.trial.ended(self._number, failed=self._has_failed)
            # Parallel fragments may still draw their widgets: then the run is not complete yet.
            has_ended = error is None and not self._run.has_parallel_fragments
            is_shown = error is not None and not is_rerun(error) and not tab.has_gone
            self._persist.save(ended=has_ended, is_shown=is_shown)
            if is_newest and not self._run.is_fragment:
                page.saved_run, page.ended = self._number, error is None
                freeze()
            count("fluxlit.degraded_runs", tab.standing.status == "degraded")
            if is_newest and tab.mounted is not self._run.token and not is_rerun(error):
                with self._run.uninterrupted():
                    self._mount()
            if is_newest and self._has_failed:
                self._offer_way_out()
        return self._persist.brought_late

    def begin_fragment(self) -> None:
        """Begin a whole run instead, if the fragment would show or take the state of somebody else."""
        run = current_run()
        if run is not None and self._has_passed_on(run):
            begin_again()

    def save_fragment(self, *, ended: bool) -> bool:
        """Save at the end of a fragment that ran alone or beside the script. Return whether it ran alone.

        The script saves the others.
        """
        run = current_run()
        if run is not None and (run.is_fragment or get_ident() != self._thread):
            self.save(ended=ended and run.is_fragment)
        return run is not None and run.is_fragment

    def save(self, *, ended: bool = False) -> None:
        """Save what has changed so far: in the middle of a run, or at the end of a fragment."""
        tab, run = self._tab, current_run()
        with tab.lock:
            if run is None or not run.is_fragment:
                self._persist.save(ended=ended)
                return
            if self._has_passed_on(run):
                return
            tab.page.put_back = frozenset()  # the browser has seen by now what the page load brought back
            Persist(run, run.state, tab, self._store, self._policy).save(ended=ended)

    def _has_passed_on(self, run: Run) -> bool:
        """Whether somebody else is there since the script ran: a page that connects again runs no script."""
        return run.is_fragment and has_left(self._tab, self._policy.visitor_now(run))

    def _begin(self) -> None:
        tab = self._tab
        tab.runs += 1
        tab.superseded = tab.has_handed = False
        tab.opened = self._store, self._policy
        tab.guarded, tab.guard = tab.guard, False
        self._run.read_along(self._fails_outside, self._note_page)
        tab.trial = tab.trial.gone_on(tab.runs, by_itself=self._run.state.began_by_itself())
        tab.standing.afresh, tab.ending = tab.ending, False
        if tab.standing.afresh and not has_left(tab, self._policy.visitor):
            self.commands.destroy()
        if tab.wiping:
            # After `st.rerun()` all that is new was set by the run that has destroyed the session.
            self.commands.wipe(spares_new=not self._run.state.began_by_itself())
        ignore_leftovers(self._run, tab)
        identification = Identification(self._run, tab, self._store, self._policy)
        identification.settle()
        if identification.switched:
            self.commands.wipe()
        self._record = identification.record
        tab.token = self._run.token
        tab.standing.change, tab.change = tab.change, None
        if tab.standing.change is not None:
            count("fluxlit.identity_changes")
            tab.standing.tell(Event("identity", change=tab.standing.change))

    def _note_clicks(self) -> None:
        page = self._tab.page
        if page.ended or page.saved_run < self._number - 1:
            page.clicks = frozenset()  # else the last run was cut off, and may not have drawn the form
        if page.cleared or not page.ended:  # else there was no form to be sent
            page.clicks |= self._run.state.sent.clicks()

    def _revive(self) -> None:
        tab = self._tab
        if not tab.known.hydrated:
            with span("fluxlit.hydrate"):
                hydrate(self._run.state, tab, self._store, self._policy, self._record)
        else:
            if tab.page.name not in ("", self._run.page):
                leave_last_page(self._run, tab, self._policy)
            if self._run.state.began_by_itself():
                # Streamlit may have dropped what the last run did not draw. The browser sends it next time.
                self._run.state.forgotten(tab.known.base.of_widgets())
            if tab.page.saved_run < self._number - 1:
                # The last run was not saved as it ended: it had no block, or was cut off before the block.
                late = Persist(None, self._run.state, tab, self._store, self._policy)
                late.save(ended=False, is_late=True)
            resume(self._run, tab, self._policy)
        self._run.state.note_carried(tab.page.put_back - tab.page.above)
        self._run.narrow_selections(tab.page.put_back)
        tab.revived = self._run.token

    def _mount(self) -> None:
        self._tab.is_told = True
        mount_bridge(self._run, self._tab, self._policy, is_asked=False)

    def _note_page(self, name: str) -> None:
        if self._tab.token is self._run.token:  # else the next run has begun, in the same context
            self._tab.page.name = name

    def _fails_outside(self) -> bool:
        """Note a failure of the script below or without a block. Return whether the way out was drawn."""
        tab = self._tab
        with tab.lock:
            # A run that did not call `url_session` has sent its error through the reader of the last run.
            if self._has_failed or tab.token is not self._run.token:
                return False
            tab.trial = tab.trial.ended(self._number, failed=True)
            if tab.trial.notes():
                self._persist.save(ended=False)
            return self._offer_way_out()

    def _offer_way_out(self) -> bool:
        """Draw the way out beside the error, if the state that came back seems to break the app."""
        tab = self._tab
        if not tab.trial.is_stuck:
            return False
        _log.info("the app failed at two page loads in a row; the visitor is offered to start afresh")
        key = f"{component_key(tab.param)}_way_out"
        is_there = draw_way_out(key, partial(_start_afresh, tab))
        self._run.state.hide(key)
        return is_there

    def suspects(self) -> frozenset[str]:
        """Keys whose value in this run is the one that was put back."""
        page, restored = self._tab.page, self._tab.standing.restored
        first = restored if self._tab.trial.run == self._tab.runs else ()  # or the reruns that belong to it
        return page.put_back.union(page.unclaimed, first) - self._run.state.assigned_keys()

    def heal(self, key: str) -> None:
        """Drop the value under `key`, here and in the record, because Streamlit refused it when put back."""
        tab = self._tab
        with tab.lock:
            self._run.state.drop([key])
            tab.standing.skip(key, _REFUSED)
            tab.standing.restored = tuple(each for each in tab.standing.restored if each != key)
            tab.page.put_back -= {key}
            tab.page.unclaimed -= {key}
            tab.page.unaccepted -= {key}
            tab.page.deleted |= {key}
            self.save()


def _start_afresh(tab: Tab) -> None:
    """Make the script begin from its defaults. Called before the script, which would fail with its state.

    The run ends the session, because the run knows whose session it is by now.
    """
    run = current_run()
    if run is not None:
        with tab.lock:
            forget_page(run, tab)
            tab.wiping = tab.ending = True
