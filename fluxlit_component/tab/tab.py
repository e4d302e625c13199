"""What the server holds of one browser tab: its id, its base, how far it has come.

Lives outside `st.session_state` (an app may clear that) and exactly as long as the Streamlit
session: it hangs on an object of it by a weak reference, so it can never reach another visitor.
"""

from __future__ import annotations

import logging
import threading
import weakref
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from fluxlit_component.clock import Clock, monotonic, wall
from fluxlit_component.hooks import Event, Hooks
from fluxlit_component.identifier import fingerprint, new_session_id
from fluxlit_component.internals import Run
from fluxlit_component.settings import is_debug
from fluxlit_component.state.diff import Base
from fluxlit_component.state.keys import EVENT_REMEDIES
from fluxlit_component.state.record import Outcome, Record
from fluxlit_component.stores.memory import InMemorySessionStore

_log = logging.getLogger("fluxlit_component")

Storing: TypeAlias = Literal["yes", "no", "erase"]
Status: TypeAlias = Literal["ready", "pending", "degraded", "disabled"]


@dataclass(slots=True, eq=False)
class Tab:
    """One tab with one query parameter. Guarded by `lock`: an old run may end beside a new one."""

    param: str
    offer: str = field(default_factory=new_session_id, repr=False)
    """The id that is this tab's if it has none of its own."""
    sid: str | None = field(default=None, repr=False)
    """The settled id. Held here, not read from the component: that forgets it on a page change."""
    refused: list[str] = field(default_factory=list, repr=False)
    """Ids that the browser proposed and the store does not know."""
    retiring: list[str] = field(default_factory=list, repr=False)
    """Old ids after a rotation; they die when the browser has confirmed the new one."""

    unconfirmed: bool = False
    """Whether the browser still has to adopt the id that this copied tab was given."""
    joined: bool = False
    """Whether a link brought this tab to a session that it shares with another one."""
    links: set[str] = field(default_factory=set, repr=False)
    """Tokens of links that this tab has followed: the browser sends them again with every run."""
    href: tuple[str | None, object, str, float] | None = field(default=None, repr=False)
    """The link for the app's own HTML: id, order, token, and until when it is handed out."""
    notice: str | None = None
    """A line for the visitor, shown until the next run."""

    private: InMemorySessionStore | None = field(default=None, repr=False)
    """The store of a tab whose visitor has not consented; None: the app's own."""
    storing: Storing = "yes"
    erasing: list[str] = field(default_factory=list, repr=False)
    """Ids whose records are to go, because consent was withdrawn: tried until the store answers."""
    unhurried: bool = False
    """Whether the page is drawn already: it does not go blank while the browser is asked."""

    hooks: Hooks = field(default_factory=Hooks, repr=False)
    """Those of the call that opened the tab last."""

    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    runs: int = 0
    waiting_since: float | None = None
    """When the gate first closed, by the monotonic clock."""
    status: Status = "pending"

    base: Base = field(default_factory=Base, repr=False)
    hydrated: bool = False
    created: bool = False
    """Whether a record stands in the store as far as this tab knows."""
    is_new: bool = True
    idle_expires: float | None = None
    expires: float | None = None
    skew: float = 0.0
    """Clock of the store minus clock of this process, seconds."""

    restored: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    conflicts: int = 0
    """How many of this tab's values went over a newer one of another tab."""
    healed: set[str] = field(default_factory=set)
    """Keys whose stored value Streamlit refused to take back."""
    schema: int = 0
    """Schema number of the record."""
    read_only: bool = False
    """Whether the record does not fit this version of the app: it is left as it is."""
    baseline: dict[str, bytes] | None = field(default=None, repr=False)
    """Encoded state at the end of the first run that went on without its record."""

    present: frozenset[str] = frozenset()
    """Keys that were there when the app's part of the present run began."""
    deleted: set[str] = field(default_factory=set)
    """Keys that the app deleted outside of a run's body, in a callback."""
    widgets: set[str] = field(default_factory=set)
    """Keys ever seen to belong to a widget."""
    drawn: frozenset[str] = frozenset()
    """Widget keys drawn in the last run that ended."""
    put: frozenset[str] = frozenset()
    """Keys that the last run opened with: drawn or not, the browser may not have heard of them."""
    page: str = ""
    inbox: dict[str, object] = field(default_factory=dict, repr=False)
    """Merged values for widgets that were drawn already: they are set when the next run begins."""
    muted: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Widget values that the browser still shows after a wipe: not kept until they change."""
    token: object = field(default=None, repr=False)
    """The run that opened the tab last, to know a second call in the same run."""
    revived: object = field(default=None, repr=False)
    """The run in which the state was brought or put back last."""
    quarantined: set[str] = field(default_factory=set)
    """Stored keys that did not fit the app's model: left in the record, not in session state."""
    closed: int = 0
    """Number of the last run that was saved on its way out."""
    wiping: bool = False
    """Whether the state is to be wiped when the next run begins: the record was destroyed."""

    def waited(self, clock: Clock = monotonic) -> float:
        """Seconds since the gate first closed; the first call starts the count."""
        now = clock()
        if self.waiting_since is None:
            self.waiting_since = now
        return now - self.waiting_since

    def skip(self, key: str, reason: str) -> None:
        """Note that a key is not kept, and say so once: aloud, unless it is an event like a click."""
        if self.skipped.get(key) != reason:
            self.skipped[key] = reason
            level = logging.DEBUG if reason in EVENT_REMEDIES else logging.WARNING
            _log.log(level, "session key %r is not kept: %s", key, reason)
            self.hooks.tell(Event("skip", (key,), {key: reason}))

    def degrade(self, doing: str, error: BaseException) -> None:
        """Note that the store did not answer, and say so once per outage. Never names the id."""
        if self.status != "degraded":
            _log.warning(
                "the session store did not answer (%s of %s: %s); the app goes on, and saves when it is back",
                doing,
                fingerprint(self.sid) if self.sid is not None else "a session",
                type(error).__name__,
                exc_info=error if is_debug() else None,
            )
            self.hooks.tell(Event("error", error=error if isinstance(error, Exception) else None))
        self.status = "degraded"

    def learn(self, found: Record | Outcome) -> None:
        """Take over the lifetimes that the store has told."""
        self.idle_expires, self.expires, self.skew = found.idle_expires, found.expires, found.now - wall()

    def renew(self) -> None:
        """Drop the id and all that was known under it, and take a fresh one."""
        self.refused.extend(i for i in (self.sid,) if i is not None)
        del self.refused[:-8]
        self.sid = self.offer = new_session_id()
        self.is_new, self.created, self.hydrated = True, False, True
        self.joined, self.href = False, None
        self.idle_expires = self.expires = None
        self.base.forget()
        self.restored, self.read_only = (), False


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
                    del _tabs[number]

            held = (weakref.ref(anchor, gone), {})
            _tabs[number] = held
        tab = held[1].get(param)
        if tab is None:
            tab = held[1][param] = Tab(param)
        return tab


def sids_held_for(anchor: object) -> dict[str, str]:
    """Query parameter -> session id of the Streamlit session that hangs on `anchor`."""
    with _lock:
        held = _tabs.get(id(anchor))
    if held is None or held[0]() is not anchor:
        return {}
    return {param: tab.sid for param, tab in held[1].items() if tab.sid and tab.private is None}
