"""Saves a run as it ends. The record is to hold what Streamlit itself carries into the next run.

These are plain values, and values that somebody has chosen in widgets on the page. Nothing here yields to
Streamlit or raises: the visitor may have clicked again or closed the tab, or the app may have failed.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from fluxlit_component.codec import PlainEncoder
from fluxlit_component.codec.origin import ABOVE, AFTER, ASSIGNED, LOSSY, PLAIN, WIDGET
from fluxlit_component.hooks import Event
from fluxlit_component.internals import DATE, SELECTION, Reading, Run, State, Widget, plain_selection
from fluxlit_component.settings import is_debug
from fluxlit_component.state.caps import LONGEST_KEY
from fluxlit_component.state.keys import EVENT_REMEDIES, encoded, forbidden_reason, is_default
from fluxlit_component.state.live import MOST, STREAMLITS_SECONDS, here
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.commit import Committer
from fluxlit_component.tab.hydrate import DRAWN_BEFORE
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import keep

_log = logging.getLogger("fluxlit_component")


class _Kept:
    """Which values of the state are to be kept, and which are not."""

    def __init__(self, values: dict[str, Any], cleared: Mapping[str, str], clicks: AbstractSet[str]) -> None:
        self.values, self.cleared, self.origins = values, cleared, dict[str, int]()
        self.sent = {cleared[button] for button in clicks & cleared.keys()}  # forms being emptied
        self.refused: dict[str, str] = {}  # key -> why Streamlit would refuse the value if it were put back
        self.untouched: dict[str, bytes] = {}  # key -> encoded value of a widget that nobody has changed


class Persist:
    """Saves for one tab. `run` is None when its run has ended."""

    def __init__(self, run: Run | None, state: State, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._run, self._state, self._tab, self._policy = run, state, tab, policy
        self._private = tab.consent.private
        self._plain = PlainEncoder()
        self._committer = Committer(state, tab, store, policy)
        self._assigned = frozenset[str]()  # keys that the app has assigned in the run that is saved
        self._emptied = frozenset[str]()  # keys of drawn widgets whose values came back and the app deleted
        self.brought_late = False  # whether saving has found values that the next run is to begin with

    def save(
        self, *, ended: bool, is_shown: bool = False, is_late: bool = False, yields: bool = True
    ) -> None:
        """Commit what changed, under the tab's lock.

        `ended`: the run is complete, and Streamlit is about to drop the widgets that it did not draw.
        `is_shown`: the page shows the run as far as it came, and forgets fields that are not there. Without
        a run, `is_late`: the next run has begun already; else another tab has this one saved. `yields`: if
        the browser is gone, values of other writers win.
        """
        try:
            self._save(ended=ended, is_shown=is_shown, is_late=is_late, yields=yields)
        except Exception as error:  # noqa: BLE001 - a failing save must not break the app's run
            self._tab.standing.status = "degraded"
            _log.warning(
                "the state could not be saved, the stored one stays as it was: %s",
                type(error).__name__,
                exc_info=error if is_debug() else None,
            )

    def _save(self, *, ended: bool, is_shown: bool, is_late: bool, yields: bool) -> None:
        tab, known, page, state = self._tab, self._tab.known, self._tab.page, self._state
        if tab.wiping or tab.is_left or tab.consent.private is not self._private:
            return  # the last: consent has changed since this run began, so its store is no longer the tab's
        if known.read_only:
            tab.standing.status = "degraded"
            return
        drawn = self._run.drawn_keys() if self._run is not None else state.registered_keys()
        self._emptied = state.emptied(page.put_back & drawn, is_late=is_late)
        self._emptied -= page.unaccepted if is_late else frozenset()
        # After Rerun this would be a later run of the page.
        of_widgets = page.put_back & known.base.of_widgets() | page.unclaimed
        state.settle(of_widgets, drawn, page.under, all_drawn=not (tab.standing.is_new or page.saved_run))
        self._assigned = state.assigned_keys() | (state.assigned_before() if is_late else frozenset())
        # The app has other values for these, or their widgets may have: plain fragments have run since.
        page.put_back -= self._assigned | state.accepted_keys()
        if ended and page.unclaimed and self._run is not None and not self._run.is_fragment:
            self._end_unclaimed(drawn)
        reading = self._state.reading()
        forgotten = self._state.forgotten() - self._assigned - page.put_back
        reading.values |= known.base.values_of(forgotten)
        waits = frozenset[str]() if is_shown else forgotten  # for a run that draws their widgets
        settled = tab.sid is not None and known.hydrated
        if page.baseline is None and (not settled or tab.is_private):
            values = self._admitted(reading.values)
            page.baseline = {k: data for k, v in values.items() if (data := encoded(v)) is not None}
        if not settled:
            return
        late = self._late_values()
        kept = self._kept(reading, drawn, ended=ended)
        for key in late:  # the key holds the app's default: the stored value wins
            kept.values.pop(key, None)
        spared = late.keys() | page.unaccepted | known.quarantined | (waits & page.after_block)
        if not ended:  # hidden widgets' values may not have been put back yet
            held = known.base.of_widgets() if self._policy.choices_only else known.base.names()
            spared |= self._policy.hidden.sift(held) | waits
        gone = self._policy.keys.sift(known.base.names() - kept.values.keys() - spared) | page.deleted
        diff = known.base.diff(
            kept.values,
            deleted=gone,
            origins=kept.origins,
            caps=self._policy.caps,
            guarded=self._policy.merger_of,
        )
        page.deleted = frozenset()
        page.lossy = bool(diff.skipped)
        self._note_skipped(kept, diff.skipped)
        if has_gone := bool(diff.changes) and yields and tab.has_gone:
            # The browser is gone. Another replica may have the session by now, and its values win.
            diff = replace(diff, changes={k: replace(c, guarded=True) for k, c in diff.changes.items()})
        self._note_live(kept, diff.skipped)
        self._note_under(kept, diff.changes)
        self._committer.commit(diff, kept.values, yielding=has_gone)

    def _note_live(self, kept: _Kept, skipped: Mapping[str, str]) -> None:
        """Note the values that no store can hold. Those over the cap are named, too, as nobody's."""
        tab, most = self._tab, self._policy.caps.live if self._policy.live_seconds > 0 else 0
        if not (skipped or tab.live or tab.naming):
            return
        short = [key for key in skipped if len(key) <= LONGEST_KEY]
        order = sorted(short, key=lambda k: (k not in tab.live, k))[: max(most, MOST)]  # the same each run
        # Live values of another tab, and lost ones, stay named until their key has a value to store.
        settled = (tab.standing.skipped.keys() | kept.values.keys()) - skipped.keys()
        tab.live = {key: kept.values[key] for key in order[:most]}
        tab.page.live = {key: kept.origins[key] & ~LOSSY for key in tab.live.keys() & kept.origins.keys()}
        if tab.live and self._policy.live_seconds > STREAMLITS_SECONDS:
            keep(tab)
        named = dict.fromkeys(order, "") | dict.fromkeys(tab.live, here())
        tab.naming = {key: at for key, at in tab.naming.items() if key not in settled} | named

    def _note_under(self, kept: _Kept, changed: Container[str]) -> None:
        """Note what would be the value of a key if its widget went: what the app has assigned before."""
        page, known = self._tab.page, self._tab.known.base.origins
        of_widgets = {key for key, origin in kept.origins.items() if origin & WIDGET} - page.put_back
        noted = [*sorted(k for k in of_widgets if k in changed or known.get(k, PLAIN) & WIDGET), *page.live]
        found = self._state.values_under(noted) | {k: v for k, v in page.under.items() if k in page.put_back}
        page.live_under = {key: found.pop(key) for key in found.keys() & page.live.keys()}
        data = encoded(found) if found else b""
        if data is None:
            found = {key: value for key, value in found.items() if encoded(value) is not None}
            data = encoded(found) if found else None
        page.under_data = data if data and len(data) <= self._policy.caps.value_bytes else None

    def _end_unclaimed(self, drawn: frozenset[str]) -> None:
        """Drop values that came back for widgets that this run has not drawn, as Streamlit would drop them.

        Widgets after the block are drawn later: their values stay. What the app has assigned stays for a run.
        """
        page = self._tab.page
        gone = page.unclaimed - drawn - self._tab.known.base.after_block(page.unclaimed) - self._assigned
        self._state.drop(gone, page.under)
        page.unclaimed -= gone

    def _kept(self, reading: Reading, drawn: frozenset[str], *, ended: bool) -> _Kept:
        page, run, base = self._tab.page, self._run, self._tab.known.base
        is_over = run is None and page.ended
        # Not those that are no longer new: a fragment has run alone since, and may have drawn their widgets.
        off_page = page.assigned_off_page & self._state.written_keys() if is_over else frozenset[str]()
        on_page = frozenset(reading.widgets) - off_page
        if run is not None and ended:
            if not run.is_fragment:
                page.after_block -= drawn
            page.drawn = run.carried(reading.widgets) | (page.after_block & on_page)
            on_page = page.drawn | self._policy.hidden.sift(on_page)
        page.drawn |= drawn  # also those that have just taken over a plain value
        if run is not None and not run.is_fragment:
            page.in_block = drawn if ended else page.in_block | drawn
        is_fragment = run is not None and run.is_fragment
        cleared = run.cleared_elements() if run is not None and not is_fragment else page.cleared
        clicks = self._state.sent.clicks() if is_fragment and cleared else page.clicks
        plain = {**reading.plain}
        if run is None and page.ended:
            for key in base.after_block(page.unclaimed) - on_page - self._state.registered_keys():
                plain.pop(key, None)
        for key in plain.keys() & base.origins.keys() - on_page:  # no widget has taken them over yet
            plain[key] = plain_selection(plain[key])
        values = self._admitted({**plain, **{key: reading.values[key] for key in on_page}})
        kept = _Kept(values, cleared, clicks)
        away = kept.values.keys() & base.origins.keys() - on_page
        waits = (page.unclaimed | page.unaccepted | self._policy.hidden.sift(away)) & away
        kept.origins.update((key, base.origins[key]) for key in waits)
        page.assigned_off_page = self._assigned & (self._state.keys_of_widgets() | page.unclaimed) - on_page
        for key in page.assigned_off_page & kept.values.keys():
            kept.origins[key] = WIDGET | ASSIGNED | (ABOVE if key in page.above else PLAIN)
        assigned = (self._assigned | reading.plain.keys()) - page.put_back
        for key in on_page & kept.values.keys():
            self._sort(kept, key, reading.widgets[key], key in drawn, key in assigned)
        if page.shown:
            page.shown = {k: v for k, v in page.shown.items() if k not in on_page or k in kept.untouched}
        page.untouched = kept.untouched
        page.assigned &= kept.values.keys()
        return kept

    def _sort(self, kept: _Kept, key: str, widget: Widget, is_drawn: bool, is_assigned: bool) -> None:  # noqa: FBT001
        """Decide about the value of one widget on the page."""
        page, value = self._tab.page, kept.values[key]
        reason = forbidden_reason(value, widget.kind)
        is_mine = key in self._assigned  # by the app, in this run
        # A value in a form comes only when the form is sent. One that is as before may be older than that.
        is_cleared = widget.element in kept.cleared and not is_mine
        base = self._tab.known.base
        is_known = key in base.held
        is_same = is_known and base.is_still(key, value, self._plain)
        data = None if is_same else self._plain.encode_atom(value) or encoded(value)
        # The widget may have taken over a value that the app has assigned in an earlier run.
        was_assigned = is_known and not widget.is_kept_by_streamlit and base.is_assigned(key)
        if (is_assigned or was_assigned) and reason is None:
            page.assigned |= {key}
        if is_same := is_same or (is_known and base.data_of(key) == data):
            untouched = is_cleared and key not in page.assigned and kept.cleared[widget.element] in kept.sent
        elif key in page.assigned and not (is_known and key in page.put_back and is_drawn):
            untouched = is_cleared  # the visitor has sent another value
        else:
            as_before = data is not None and data in (page.untouched.get(key), page.shown.get(key))
            is_date = widget.kind == DATE and key not in page.put_back
            is_seen = is_date and key in {*page.untouched, *base.names()}
            untouched = is_cleared or as_before or (not is_seen and is_default(value, lambda: widget.default))
            untouched |= data is None and widget.shows_default(value)
            untouched &= self._policy.choices_only
            narrowed = widget.kind == SELECTION  # the missing rows do not come later
            is_back = key in page.put_back and is_drawn and is_known and not narrowed
            if untouched and is_back and key not in self._emptied:
                page.unaccepted |= {key}  # the widget did not accept it: its options may come later
                kept.untouched[key] = data or b""
                del kept.values[key]
                return
        if is_drawn:
            page.unaccepted -= {key}
            page.unclaimed -= {key}
        if untouched:
            kept.untouched[key] = (base.data_of(key) if is_same else data) or b""
        if reason is not None:
            kept.refused[key] = reason
        if untouched or reason is not None:
            del kept.values[key]
        elif not widget.is_kept_by_streamlit and (not is_same or is_mine or base.origins.get(key)):
            kept.origins[key] = (
                WIDGET
                | (LOSSY if page.lossy else PLAIN)
                | (ASSIGNED if key in page.assigned else PLAIN)
                | (AFTER if key in page.after_block or not (key in page.in_block or is_mine) else PLAIN)
            )

    def _admitted(self, state: Mapping[str, Any]) -> dict[str, Any]:
        admitted = self._policy.keys.sift(state)
        return {key: value for key, value in state.items() if key in admitted}

    def _note_skipped(self, kept: _Kept, skipped: Mapping[str, str]) -> None:
        standing = self._tab.standing
        for key, reason in {**kept.refused, **skipped}.items():
            # No state is lost with an event, or with a widget that nobody has used.
            standing.skip(key, reason, aloud=key not in kept.untouched and reason not in EVENT_REMEDIES)
        for key, reason in [*standing.skipped.items()]:
            if key in kept.values and key not in skipped and reason != DRAWN_BEFORE:
                del standing.skipped[key]  # the key holds another value now

    def _late_values(self) -> dict[str, Any]:
        """Values that were unreadable when loaded: the page that registers their class had not run."""
        tab = self._tab
        if not tab.known.base.early:
            return {}
        values = self._admitted(tab.known.base.read_late())
        if values:
            tab.page.for_next_run = {**tab.page.for_next_run, **values}
            for key in values:
                tab.standing.skipped.pop(key, None)
            tab.standing.restored = tuple(sorted({*tab.standing.restored, *values}))
            tab.standing.tell(Event("restore", tuple(sorted(values))))
            self.brought_late = True
        return values
