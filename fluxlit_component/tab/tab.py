"""What the server holds of one browser tab: which session it is, what it knows of its record, how it stands.

Lives outside `st.session_state` (an app may clear that) and exactly as long as the Streamlit
session: it hangs on an object of it by a weak reference, so it can never reach another visitor.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Literal, TypeAlias

from fluxlit_component.clock import wall
from fluxlit_component.hooks import Changed
from fluxlit_component.identifier import new_session_id
from fluxlit_component.internals import Run, State, state_of
from fluxlit_component.internals.drawing import LastDrawn
from fluxlit_component.state import live
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Outcome, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.page import Page
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.standing import Standing
from fluxlit_component.tab.trial import Trial

if TYPE_CHECKING:
    from fluxlit_component.stores.memory import InMemorySessionStore

Storing: TypeAlias = Literal["yes", "no", "erase"]


class Ids:
    """Which session the tab is. Written by `identify`, and by the tab when it begins anew."""

    sid: str | None = None
    """The settled id. Held here, not read from the component: that forgets it on a page change."""
    person: bytes | None = None
    """Whose session it is: a hash; None: nobody's."""
    unconfirmed: bool = False
    """Whether the browser still has to adopt the id that this copied tab was given."""
    joined: bool = False
    """Whether a link brought this tab to a session that it shares with another one."""
    waiting_since: float | None = None
    """When the gate first closed, by the monotonic clock."""

    def __init__(self) -> None:
        self.offer = new_session_id()
        """The id that is this tab's if it has none of its own."""
        self.refused: list[str] = []
        """Ids that the browser proposed and the store does not know."""
        self.retiring: list[str] = []
        """Old ids after a rotation; they die when the browser has confirmed the new one."""
        self.followed: set[str] = set()
        """Tokens of links that this tab has followed: the browser sends them again with every run."""


class Known:
    """What the tab knows of its record. Written by `hydrate` and `commit`."""

    hydrated: bool = False
    created: bool = False
    """Whether a record stands in the store as far as this tab knows."""
    bound: bool = False
    """Whether that record says whose it is."""
    schema: int = 0
    """Schema number of the record."""
    read_only: bool = False
    """Whether the record does not fit this version of the app: it is left as it is."""
    quarantined: frozenset[str] = frozenset()
    """Stored keys that did not fit the app's model: left in the record, not in session state."""
    live: frozenset[str] = frozenset()
    """Live values that the record names."""
    idle_expires: float | None = None
    expires: float | None = None
    skew: float = 0.0
    """Clock of the store minus clock of this process, seconds."""

    def __init__(self) -> None:
        self.base = Base()

    def learn(self, found: Record | Outcome) -> None:
        """Take over the lifetimes that the store has told."""
        self.idle_expires, self.expires, self.skew = found.idle_expires, found.expires, found.now - wall()


class Consent:
    """Where a visitor's state may be kept. Written by `consent`."""

    private: InMemorySessionStore | None = None
    """The store of a tab whose visitor has not consented; None: the app's own."""
    storing: Storing = "yes"
    unhurried: bool = False
    """Whether the page is drawn already: it does not go blank while the browser is asked."""

    def __init__(self) -> None:
        self.erasing: list[str] = []
        """Ids whose records are to go, because consent was withdrawn: tried until the store answers."""


class Guard:
    """Whether the app asks to guard unsent text. Written by `run`."""

    now: bool = False
    before: bool = False
    """In the run before: without a `with` block the bridge is drawn before the app can ask."""


class Tab:
    """One tab with one query parameter. Guarded by `lock`: an old run may end beside a new one."""

    anchor: weakref.ref[object] | None = None
    session_id: str = ""
    """Streamlit's own name of its session."""
    runs: int = 0
    token: object = None
    """The run that opened the tab last, to know a second call in the same run."""
    revived: object = None
    """The run in which the state was brought back or carried on last."""
    is_blockless: bool = False
    """Whether the last run that got through went on without a `with` block, as far as is known."""
    opened: tuple[RecordStore, Policy] | None = None
    """What the last run kept the state in, and how: for a page load that asks this tab for what it has."""
    left: bool = False
    """Whether its browser is gone, as far as that was told; Streamlit knows it of real ones."""
    passed_on: bool = False
    """Whether another page load has taken over its live values since its last run began."""
    superseded: bool = False
    """Whether another page load has taken the session over since this tab's last run began."""
    href: tuple[str | None, object, str, float] | None = None
    """The link for the app's own HTML: id, order, token, and until when it is handed out."""
    wiping: bool = False
    """Whether the state is to be wiped when the next run begins: the record was destroyed."""
    ending: bool = False
    """Whether the visitor wants the session to end: the next run ends it, if it is still theirs."""
    change: Changed | None = None
    """That somebody else is signed in now; told by the first run that gets through."""
    signed_in: bool = False
    """Whether somebody was signed in with `st.login` in any run so far."""
    led_away: bool = False
    """Whether `st.logout` has been called since: Streamlit has the page load the app anew."""
    naming: frozenset[str] = frozenset()
    """Live values that the record is to name. Written by `hydrate` and `persist`."""

    def __init__(self, param: str) -> None:
        self.param = param
        self.lock = threading.RLock()
        self.ids = Ids()
        self.known = Known()
        self.consent = Consent()
        self.page = Page()
        self.standing = Standing()
        self.trial = Trial()
        self.guard = Guard()
        self.drawn = LastDrawn()
        self.live: dict[str, object] = {}
        """What no store can hold, for the page after F5. Written by `persist` and `handover`."""
        self.leftovers: dict[str, bytes] = {}
        """What the page of another person still shows and sends: element -> value."""

    @property
    def sid(self) -> str | None:
        """The settled session id."""
        return self.ids.sid

    def state(self) -> State | None:
        """The session state of its Streamlit session, whether a script runs there or not."""
        anchor = self.anchor() if self.anchor is not None else None
        return state_of(anchor, self.session_id) if anchor is not None else None

    def renew(self) -> None:
        """Drop the id and all that was known under it, and take a fresh one."""
        ids = self.ids
        ids.refused.extend(i for i in (ids.sid,) if i is not None)
        del ids.refused[:-8]
        ids.sid = ids.offer = new_session_id()
        ids.joined, self.href, self.live, self.naming = False, None, {}, frozenset()
        before, self.known, self.trial = self.known, Known(), Trial()
        self.known.hydrated, self.known.skew = True, before.skew
        self.standing.is_new, self.standing.restored = True, ()
        self.page.forget()


_lock = threading.Lock()
# Keyed by identity: Streamlit's SessionState is a dataclass that compares by value and does not hash.
_tabs: dict[int, tuple[weakref.ref[object], dict[str, Tab]]] = {}


def tab_of(run: Run, param: str) -> Tab:
    """Return the tab of this Streamlit session for `param`, made on first use."""
    anchor = run.anchor
    with _lock:
        held = _tabs.get(id(anchor))
        if held is None or held[0]() is not anchor:
            number = id(anchor)

            def gone(reference: weakref.ref[object], number: int = number) -> None:
                if number in _tabs and _tabs[number][0] is reference:
                    _leave_live_values(_tabs.pop(number)[1])

            held = (weakref.ref(anchor, gone), {})
            _tabs[number] = held
        tab = held[1].get(param)
        if tab is None:
            tab = held[1][param] = Tab(param)
            tab.anchor, tab.session_id = held[0], run.session_id
        return tab


def _leave_live_values(tabs: dict[str, Tab]) -> None:
    for tab in tabs.values():
        if tab.sid is not None and tab.opened is not None:
            live.leave(tab.sid, tab.ids.person, tab.live, tab.opened[1].live_seconds)


def others_with(sid: str, tab: Tab) -> list[Tab]:
    """The other tabs of this process that hold a session: mostly the page before F5."""
    with _lock:
        tabs = [held[1].get(tab.param) for held in _tabs.values()]
    return [other for other in tabs if other is not None and other is not tab and other.sid == sid]


def leave_page(anchor: object) -> None:
    """The browser has left the page of this Streamlit session: for AppTest, which has none to tell."""
    with _lock:
        held = _tabs.get(id(anchor))
    for tab in held[1].values() if held is not None and held[0]() is anchor else ():
        tab.left = True


def forget_tabs() -> None:
    """Hold no tab any more, as a process that has just begun."""
    with _lock:
        _tabs.clear()


def sids_held_for(anchor: object) -> dict[str, str]:
    """Query parameter -> session id of the Streamlit session that hangs on `anchor`."""
    with _lock:
        held = _tabs.get(id(anchor))
    if held is None or held[0]() is not anchor:
        return {}
    return {param: tab.sid for param, tab in held[1].items() if tab.sid and tab.consent.private is None}
