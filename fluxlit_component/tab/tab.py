"""What the server holds of one browser tab: which session it is, what it knows of its record, how it stands.

Lives outside `st.session_state` (an app may clear that) and exactly as long as the Streamlit
session: it hangs on an object of it by a weak reference, so it can never reach another visitor.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fluxlit_component.bridge.protocol import Storing
from fluxlit_component.clock import wall
from fluxlit_component.hooks import Changed
from fluxlit_component.identifier import new_session_id
from fluxlit_component.internals import Run, State, is_connected, state_of
from fluxlit_component.internals.drawing import LastDrawn
from fluxlit_component.state import live
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Outcome, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.page import NOTHING, Page
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.standing import Standing
from fluxlit_component.tab.trial import NO_TRIAL, Trial

if TYPE_CHECKING:
    from fluxlit_component.background.taken import Taken
    from fluxlit_component.stores.memory import InMemorySessionStore


@dataclass(slots=True, eq=False, repr=False)
class Ids:
    """Which session the tab is. Written by `identify`, and by the tab when it begins anew."""

    offer: str = field(default_factory=new_session_id)
    """The id that is this tab's if it has none of its own."""
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
    refused: tuple[str, ...] = ()
    """Ids that the browser proposed and the store does not know."""
    retiring: tuple[str, ...] = ()
    """Old ids after a rotation; they die when the browser has confirmed the new one."""
    followed: frozenset[str] = frozenset()
    """Tokens of links that this tab has followed: the browser sends them again with every run."""


@dataclass(slots=True, eq=False, repr=False)
class Known:
    """What the tab knows of its record. Written by `hydrate` and `commit`."""

    base: Base = field(default_factory=Base)
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

    def seconds_left(self, *moments: float | None) -> float | None:
        """Seconds until the first of these, by the clock of the store; None: never."""
        first = min((moment for moment in moments if moment is not None), default=None)
        return None if first is None else max(first - wall() - self.skew, 0.0)

    def learn(self, found: Record | Outcome) -> None:
        """Take over the lifetimes that the store has told."""
        self.idle_expires, self.expires, self.skew = found.idle_expires, found.expires, found.now - wall()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Consent:
    """Where a visitor's state may be kept. Another one is put in its place by `consent`."""

    private: InMemorySessionStore | None = None
    """The store of a tab whose visitor has not consented; None: the app's own."""
    storing: Storing = "yes"
    unhurried: bool = False
    """Whether the page is drawn already: it does not go blank while the browser is asked."""
    erasing: tuple[str, ...] = ()
    """Ids whose records are to go, because consent was withdrawn: tried until the store answers."""


_GIVEN: Final = Consent()
_PATIENCE_SECONDS: Final = 0.5


@dataclass(slots=True, eq=False, repr=False)
class Tab:
    """One tab with one query parameter. Guarded by `lock`: an old run may end beside a new one."""

    param: str
    anchor: weakref.ref[object] | None = None
    session_id: str = ""
    """Streamlit's own name of its session."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    ids: Ids = field(default_factory=Ids)
    known: Known = field(default_factory=Known)
    consent: Consent = _GIVEN
    page: Page = field(default_factory=Page)
    standing: Standing = field(default_factory=Standing)
    trial: Trial = NO_TRIAL
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
    guard: bool = False
    """Whether the app asks, in this run, to guard unsent text. Written by `run`."""
    guarded: bool = False
    """Whether it did in the run before: without a `with` block the bridge is drawn before it can ask."""
    live: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """What no store can hold, for the page after F5. Written by `persist` and `handover`."""
    taken: Taken | None = None
    """Results of streams and jobs that this page has taken and not saved yet; None: it has none."""
    naming: frozenset[str] = frozenset()
    """Live values that the record is to name. Written by `hydrate` and `persist`."""
    leftovers: Mapping[str, bytes] = field(default_factory=lambda: NOTHING)
    """What the page of another person still shows and sends: element -> value."""
    drawn: LastDrawn = field(default_factory=LastDrawn)
    """How the bridge was drawn on the page last."""

    @property
    def sid(self) -> str | None:
        """The settled session id."""
        return self.ids.sid

    @property
    def is_private(self) -> bool:
        """Whether nothing is kept but in memory: the visitor has not consented."""
        return self.consent.private is not None

    @property
    def has_gone(self) -> bool:
        """Whether no browser shows it any more."""
        return self.left or not is_connected(self.session_id)

    @property
    def is_left(self) -> bool:
        """Whether the page was loaded anew meanwhile: what this one does is not saved any more."""
        return self.superseded and self.has_gone

    def state(self) -> State | None:
        """The session state of its Streamlit session, whether a script runs there or not."""
        anchor = self.anchor() if self.anchor is not None else None
        return state_of(anchor, self.session_id) if anchor is not None else None

    def renew(self) -> None:
        """Drop the id and all that was known under it, and take a fresh one."""
        ids = self.ids
        if ids.sid is not None:
            ids.refused = (*ids.refused, ids.sid)[-8:]
        ids.sid = ids.offer = new_session_id()
        ids.joined, self.href, self.live, self.naming = False, None, NOTHING, frozenset()
        self.taken = None
        self.known, self.trial = Known(hydrated=True, skew=self.known.skew), NO_TRIAL
        self.standing.is_new, self.standing.restored = True, ()
        self.page.forget()


class _Held(weakref.ref[object]):
    """A Streamlit session, by its anchor, and its tabs: query parameter -> tab."""

    __slots__ = ("number", "tabs")
    number: int
    tabs: dict[str, Tab]


_lock = threading.Lock()
# Keyed by identity: Streamlit's SessionState is a dataclass that compares by value and does not hash.
_held: dict[int, _Held] = {}


def tab_of(run: Run, param: str) -> Tab:
    """Return the tab of this Streamlit session for `param`, made on first use."""
    anchor = run.anchor
    with _lock:
        held = _held.get(id(anchor))
        if held is None or held() is not anchor:
            held = _held[id(anchor)] = _Held(anchor, _let_go)
            held.number, held.tabs = id(anchor), {}
        if param not in held.tabs:
            held.tabs[param] = Tab(param, weakref.ref(anchor), run.session_id)
        return held.tabs[param]


def _let_go(held: _Held) -> None:
    """The Streamlit session has ended. Takes no lock: it may be called anywhere, also where one is held."""
    if _held.get(held.number) is held:
        del _held[held.number]
    for tab in held.tabs.values():
        if tab.sid is not None and tab.opened is not None:
            live.leave(tab.sid, tab.ids.person, tab.live, tab.opened[1].live_seconds)


def _tabs_on(anchor: object) -> Mapping[str, Tab]:
    with _lock:
        held = _held.get(id(anchor))
    return held.tabs if held is not None and held() is anchor else {}


def others_with(sid: str, tab: Tab) -> Iterator[Tab]:
    """The other tabs of this process that hold a session, mostly the page before F5, each under its lock.

    One whose lock is not to be had soon is left out: it may be asking for that of `tab`.
    """
    with _lock:
        all_held = [*_held.values()]  # one that ends meanwhile takes itself out
    for other in [held.tabs.get(tab.param) for held in all_held]:
        if other is None or other is tab or other.sid != sid:
            continue
        if other.lock.acquire(timeout=_PATIENCE_SECONDS):
            try:
                yield other
            finally:
                other.lock.release()


def leave_page(anchor: object) -> None:
    """The browser has left the page of this Streamlit session: for AppTest, which has none to tell."""
    for tab in _tabs_on(anchor).values():
        tab.left = True


def forget_tabs() -> None:
    """Hold no tab any more, as a process that has just begun."""
    with _lock:
        _held.clear()


def sids_held_for(anchor: object) -> dict[str, str]:
    """Query parameter -> session id of the Streamlit session that hangs on `anchor`."""
    return {param: tab.sid for param, tab in _tabs_on(anchor).items() if tab.sid and not tab.is_private}
