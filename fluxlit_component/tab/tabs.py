"""The tabs that this process holds, for each Streamlit session and each query parameter.

An app may clear `st.session_state`, so a tab lives beside it, exactly as long: tied to an object of the
Streamlit session by a weak reference. So no other visitor gets it.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import Final

from fluxlit_component.internals import Run
from fluxlit_component.state import live
from fluxlit_component.tab.tab import Tab

_PATIENCE_SECONDS: Final = 0.5

_lock = threading.Lock()
# Keyed by identity: Streamlit's SessionState is a dataclass that compares by value and does not hash.
_tabs: dict[int, dict[str, Tab]] = {}  # `id()` of the anchor of a Streamlit session -> query parameter -> tab


def tab_of(run: Run, param: str) -> Tab:
    """Return the tab of this Streamlit session for `param`, made on first use."""
    anchor = run.anchor
    with _lock:
        if id(anchor) not in _tabs:
            _tabs[id(anchor)] = {}
            weakref.finalize(anchor, _let_go, id(anchor)).atexit = False
        tabs = _tabs[id(anchor)]
        if param not in tabs:
            tabs[param] = Tab(param, weakref.ref(anchor), run.session_id)
        return tabs[param]


def _let_go(number: int) -> None:
    """Drop the tabs of a Streamlit session that has ended. Takes no lock: a caller may hold it already."""
    for tab in _tabs.pop(number, {}).values():
        if tab.sid is not None and tab.opened is not None:
            live.leave(tab.sid, tab.ids.person, tab.live, tab.opened[1].live_seconds)


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
    yield from _locked([other for other in [*_tabs.get(id(anchor), {}).values()] if other is not tab])


def _others(tab: Tab) -> list[Tab]:
    """The other tabs of this process with the same query parameter."""
    with _lock:
        all_tabs = [*_tabs.values()]  # a session that ends meanwhile removes itself
    return [other for tabs in all_tabs if (other := tabs.get(tab.param)) is not None and other is not tab]


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
    for tab in _tabs.get(id(anchor), {}).values():
        tab.left = True


def forget_tabs() -> None:
    """Forget all tabs, as in a process that has just begun."""
    with _lock:
        _tabs.clear()


def sids_held_for(anchor: object) -> dict[str, str]:
    """Query parameter -> session id of the Streamlit session that hangs on `anchor`."""
    tabs = _tabs.get(id(anchor), {})
    return {param: tab.sid for param, tab in tabs.items() if tab.sid and not tab.is_private}
