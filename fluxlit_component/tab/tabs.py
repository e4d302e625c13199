"""The tabs that this process holds, for each Streamlit session and each query parameter.

An app may clear `st.session_state`, so a tab hangs on another object of the Streamlit session and ends with
it. So no other visitor gets it. What leads from the tab back to that object, as a function of the app does,
does not hold it: only this module's `_kept` does that, for as long as the app asks to have live values held.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from math import inf
from typing import Final

from fluxlit_component.clock import monotonic
from fluxlit_component.internals import Run, hung_on
from fluxlit_component.state.live import MOST
from fluxlit_component.tab.tab import Tab

_PATIENCE_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 5.0

_lock = threading.Lock()
_tabs: weakref.WeakKeyDictionary[Tab, None] = weakref.WeakKeyDictionary()  # in the order of their pages
_kept: Final[dict[Tab, float]] = {}
"""Tabs whose live values outlive their Streamlit sessions, each until when; the one that ran last is last."""
_watched_by = 0  # the process whose thread looks after them; a fork copies no threads


def tab_of(run: Run, param: str) -> Tab:
    """Return the tab of this Streamlit session for `param`, made on first use."""
    with _lock:
        tabs: dict[str, Tab] = hung_on(run.anchor)
        if param not in tabs:
            tabs[param] = Tab(param, weakref.ref(run.anchor), run.session_id)
            _tabs[tabs[param]] = None
        return tabs[param]


def keep(tab: Tab) -> None:
    """Hold a tab with live values, and of a page that was left their rest, as long as its policy says."""
    global _watched_by
    with _lock:
        _kept.pop(tab, None)
        _kept[tab] = inf
        for oldest in [*_kept][:-MOST]:
            del _kept[oldest]
        is_watched, _watched_by = _watched_by == os.getpid(), os.getpid()
    if not is_watched:
        threading.Thread(target=_look_forever, name="fluxlit-live-values", daemon=True).start()


def _look_forever() -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        look_after_kept()


def look_after_kept() -> None:
    """Drop live values that nobody has come for, and all else of pages whose Streamlit session has ended."""
    held, now = [*_kept], monotonic()  # held until no lock is: what is freed may run code of the app
    for tab in _locked(held):
        seconds = tab.opened[1].live_seconds if tab.opened is not None else inf
        until = min(_kept.get(tab, 0.0), now + seconds) if tab.has_gone else inf
        rest = tab
        if tab.has_gone and tab.opened is not None and tab.state() is None:
            rest = Tab(tab.param, session_id=tab.session_id)
            rest.ids, rest.live, rest.left = tab.ids, tab.live, True
            rest.page.live, rest.page.live_under = tab.page.live, tab.page.live_under
            rest.standing.status = tab.standing.status  # what the record does not name is handed over, too
        with _lock:
            _kept.pop(tab, None)
            if tab.live and now < until:
                _kept[rest] = until
                _tabs[rest] = None


def others_with(sid: str, tab: Tab) -> Iterator[Tab]:
    """The other tabs of this process that hold a session, each under its lock. Mostly the page before F5.

    A page that was left while it waited for the store to tell of this id is one of them, too.
    """
    yield from _locked(
        other
        for other in _others(tab)
        if other.sid == sid or (other.sid is None and other.ids.awaited == sid and other.has_gone)
    )


def successor_of(sid: str, tab: Tab, person: bytes | None) -> str | None:
    """The id that a page which this person has left took in place of `sid`: the browser may not know it yet.

    While its browser is connected, a page tells it the new id itself. So whoever names the old id then is
    another tab, or somebody from whom the rotation was to protect.
    """
    left = (other for other in _others(tab) if sid in other.ids.retiring and other.has_gone)
    return next((other.sid for other in left if other.ids.person in (None, person)), None)


def tabs_beside(tab: Tab) -> Iterator[Tab]:
    """The tabs of the same page with other query parameters, each under its lock."""
    anchor = tab.anchor() if tab.anchor is not None else None
    tabs = [*hung_on(anchor).values()] if anchor is not None else []
    yield from _locked([other for other in tabs if other is not tab])


def _others(tab: Tab) -> list[Tab]:
    """The other tabs of this process with the same query parameter: first the rests, then as they came."""
    with _lock:
        others = [other for other in _tabs if other.param == tab.param and other is not tab]
    return sorted(others, key=lambda other: other.opened is not None)


def _locked(tabs: Iterable[Tab]) -> Iterator[Tab]:
    """Leave out a tab whose lock is not free soon: its run may be waiting for the lock of the caller's."""
    for other in tabs:
        if other.lock.acquire(timeout=_PATIENCE_SECONDS):
            try:
                yield other
            finally:
                other.lock.release()


def leave_page(anchor: object) -> None:
    """Note that the browser has left a Streamlit session's page. For AppTest: no browser tells it there."""
    for tab in hung_on(anchor).values():
        tab.left = True


def forget_tabs() -> None:
    """Forget all tabs, as in a process that has just begun."""
    with _lock:
        for tab in _tabs:
            if tab.anchor is not None and (anchor := tab.anchor()) is not None:
                hung_on(anchor).clear()
        _tabs.clear()
        _kept.clear()


def sids_held_for(anchor: object) -> dict[str, str]:
    """Query parameter -> session id of the Streamlit session that hangs on `anchor`."""
    tabs = hung_on(anchor).items()
    return {param: tab.sid for param, tab in tabs if tab.sid and not tab.is_private}
