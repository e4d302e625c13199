"""What the server holds of one browser tab: its session, what is known of the record, and the status."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluxlit_component.bridge.protocol import Storing
from fluxlit_component.clock import wall
from fluxlit_component.hooks import Changed
from fluxlit_component.identifier import new_session_id
from fluxlit_component.internals import EMPTY, State, is_connected, state_of
from fluxlit_component.internals.drawing import LastDrawn
from fluxlit_component.state.diff import Base
from fluxlit_component.state.owner import Visitor
from fluxlit_component.state.record import Outcome, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.page import Page, Trial
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.standing import Standing

if TYPE_CHECKING:
    from fluxlit_component.background.tasks import Taken
    from fluxlit_component.stores.memory import InMemorySessionStore


def newest(held: tuple[str, ...], new: str) -> tuple[str, ...]:
    """Add an id or a token. More than eight are not remembered: a page has ids in fewer places."""
    return (*held, new)[-8:]


class Ids:
    """Which session the tab has. `identify` settles it, `rotate` and `renew` change it."""

    offer: str  # the id that the tab gets if it has none of its own
    sid: str | None = None  # the settled id, held here because the component forgets it on a page change
    person: bytes | None = None  # a hash of the person whose session it is; None: nobody's
    signing_in: bool = False  # whether the session still has the id that it had before its person signed in
    awaited: str | None = None  # the id that the browser named in an outage: it may be the tab's
    orphan: str | None = None  # a fresh id under which a rotation that was cut off may have left a copy
    unconfirmed: bool = False  # whether the browser still has to adopt the id of a copy or a link
    joined: bool = False  # whether a link brought this tab to a session that it shares with another one
    waiting_since: float | None = None  # when the gate first closed, by the monotonic clock
    refused: tuple[str, ...] = ()  # ids not to accept again: unknown, somebody else's, or given up
    retiring: tuple[str, ...] = ()  # old ids, to be ended when the browser has confirmed the new one
    followed: tuple[str, ...] = ()
    """Tokens of links that this tab has followed last: the browser sends the newest again with every run."""

    def __init__(self) -> None:
        self.offer = new_session_id()


class Known:
    """What the tab knows of its record. `hydrate` learns it, `commit` brings it up to date."""

    base: Base
    hydrated: bool = False
    has_record: bool = False  # whether a record stands in the store as far as this tab knows
    bound: bool = False  # whether that record says whose it is
    schema: int = 0  # schema number of the record
    read_only: bool = False  # whether the record does not fit this release, or a newer one has migrated it
    quarantined: frozenset[str] = frozenset()  # keys that did not fit the app's model: left in the record
    live: Mapping[str, str] = EMPTY  # live values that the record names, and their processes
    under_data: bytes | None = None  # what `Page.under_data` was when the record was written
    idle_expires: float | None = None
    expires: float | None = None
    skew: float = 0.0  # clock of the store minus clock of this process, seconds

    def __init__(self, *, hydrated: bool = False, skew: float = 0.0) -> None:
        self.base, self.hydrated, self.skew = Base(), hydrated, skew

    def seconds_left(self, *moments: float | None) -> float | None:
        """Seconds until the first of these moments, by the clock of the store; None: never."""
        first = min((moment for moment in moments if moment is not None), default=None)
        return None if first is None else max(first - wall() - self.skew, 0.0)

    def learn(self, found: Record | Outcome) -> None:
        """Take over the lifetimes that the store has told."""
        self.idle_expires, self.expires, self.skew = found.idle_expires, found.expires, found.now - wall()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Consent:
    """Where a visitor's state may be kept. It does not change: the module `consent` replaces it."""

    private: InMemorySessionStore | None = None  # of a visitor who has not consented; None: the app's own
    storing: Storing = "yes"
    unhurried: bool = False  # whether the page is drawn, and must not go blank while the browser is asked
    erasing: tuple[str, ...] = ()  # ids to destroy after consent was withdrawn, until the store answers


class Tab:
    """One tab with one query parameter. Guarded by `lock`, because an old run may end beside a new one."""

    consent: Consent = Consent()
    trial: Trial = Trial()
    runs: int = 0
    token: object = None  # of the run that opened the tab last: a second call in that run is known by it
    revived: object = None  # token of the run in which the state was brought back or carried on last
    is_blockless: bool = False  # whether the last run that got through had no block, as far as is known
    mounted: object = None  # token of the run that has drawn the bridge last: once in a run
    is_told = False  # whether a run of this page has drawn the bridge
    opened: tuple[RecordStore, Policy] | None = None
    """Store and policy of the last run: with them a page load that takes over has this tab saved."""
    left: bool = False  # whether AppTest was told that its browser is gone; of real ones Streamlit knows that
    superseded: bool = False  # whether another page load has the session since the last run began
    href: tuple[str | None, object, str, float] | None = None
    """The link for the app's own HTML: id, order, token, and until when it is handed out."""
    wiping: bool = False  # whether the state is to be wiped as the next run begins: the record was destroyed
    ending: bool = False  # whether the visitor wants the session to end: the next run of theirs ends it
    change: Changed | None = None  # how the visitor has changed, for the first run that gets through
    signed_in: bool = False  # whether somebody was signed in with `st.login` in any run so far
    came_with_values: bool = False
    """Whether the first run got values from the browser: the page is older than this Streamlit session."""
    led_away: bool = False  # whether `st.logout` has been called since: the page will load the app anew
    guard: bool = False  # whether the app asks, in this run, to guard unsent text
    guarded: bool = False  # the same of the last run, for a bridge that is drawn before it can ask
    live: Mapping[str, object] = EMPTY  # values that no store can hold, for the page after F5
    has_handed: bool = False  # whether the page after F5 has got this tab's objects: no other one gets them
    taken: Taken | None = None  # results of streams and jobs that this page has taken and not saved yet
    naming: Mapping[str, str] = EMPTY  # live values that the record is to name
    leftovers: Mapping[str, bytes] = EMPTY  # element -> value that another person's page still sends

    def __init__(self, param: str, anchor: weakref.ref[object] | None = None, session_id: str = "") -> None:
        self.param, self.anchor, self.session_id = param, anchor, session_id  # as Streamlit names its session
        self.lock = threading.RLock()
        self.ids, self.known, self.page, self.standing = Ids(), Known(), Page(), Standing()
        self.drawn = LastDrawn()  # how the bridge was drawn on the page

    @property
    def sid(self) -> str | None:
        """The settled session id."""
        return self.ids.sid

    @property
    def is_private(self) -> bool:
        """Whether the state is kept only in memory, as without the visitor's consent."""
        return self.consent.private is not None

    @property
    def has_gone(self) -> bool:
        """Whether no browser shows the tab any more."""
        is_over = self.anchor is not None and self.anchor() is None
        return self.left or is_over or not is_connected(self.session_id)

    @property
    def is_left(self) -> bool:
        """Whether the page was loaded anew meanwhile. Then the changes of this tab are not saved any more."""
        return self.superseded and self.has_gone

    def state(self) -> State | None:
        """The session state of the tab's Streamlit session, whether a script runs there or not."""
        anchor = self.anchor() if self.anchor is not None else None
        return state_of(anchor, self.session_id) if anchor is not None else None

    def hold(self, sid: str, record: Record | None, visitor: Visitor) -> None:
        """Settle the id: this visitor's, with the record that the store has under it."""
        self.ids.sid, self.standing.status, self.ids.person = sid, "ready", visitor.person
        is_mine = record is not None and visitor.relation(record, sid) == "mine"
        self.known.bound = is_mine and record is not None and record.version > 0
        self.ids.signing_in |= visitor.person is not None and record is not None and not is_mine

    def renew(self) -> None:
        """Drop the id and all that was known of its record, and take a fresh id."""
        ids = self.ids
        if ids.sid is not None:
            ids.refused = newest(ids.refused, ids.sid)
        ids.sid = ids.offer = new_session_id()
        ids.joined = ids.signing_in = self.is_told = False
        self.href, self.live, self.naming, self.taken = None, EMPTY, EMPTY, None
        self.known, self.trial = Known(hydrated=True, skew=self.known.skew), Trial()
        self.standing.status, self.standing.is_new, self.standing.restored = "ready", True, ()
        self.page.forget()
