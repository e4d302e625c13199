"""Identifies the session of a run, or makes the run wait until the browser has named the session.

An id is accepted only if it is well formed and the store knows it, or if it is the server's own offer
(session fixation, OWASP). "The store did not answer" never leads to a new id.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fluxlit_component import identifier
from fluxlit_component.bridge.gate import close_gate
from fluxlit_component.bridge.protocol import Answer, parse_answer
from fluxlit_component.bridge.transport import component_key
from fluxlit_component.clock import monotonic
from fluxlit_component.hooks import Event
from fluxlit_component.internals import Run
from fluxlit_component.state.record import Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.identity import begin_afresh, change_of, has_left, is_signed_in, shown_on
from fluxlit_component.tab.offer import mount_bridge
from fluxlit_component.tab.others import load_with_others
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab, newest
from fluxlit_component.tab.tabs import others_with, successor_of
from fluxlit_component.tab.tasks import end_tasks
from fluxlit_component.telemetry import count

if TYPE_CHECKING:
    from fluxlit_component.asgi.handshake import Handshake

_log = logging.getLogger("fluxlit_component")
_DEAD_LINK = "This link does not work any more"


class Identification:
    """Identifies the session of one run of one tab. Use it once a run, under the tab's lock."""

    def __init__(self, run: Run, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._run, self._tab, self._store, self._policy = run, tab, store, policy
        self._first = tab.runs == 1
        self.record: Record | None = None  # the record, if it was read while the id was settled
        self._stale = False  # whether the answer is older than a restart, and a link was followed since
        self.switched = False  # whether a link has brought this tab from its session to another one

    def settle(self) -> None:
        """Settle the id, end the run at the gate, or go on without."""
        tab, ids = self._tab, self._tab.ids
        tab.standing.notice = None
        self._recognise()
        was_settled = ids.sid is not None
        sent = self._run.state.sent.of_component(component_key(tab.param))
        news = parse_answer(sent.get("answer") if sent is not None else None)
        if news is not None and news.link is not None and not tab.is_private:
            self._follow(news.link, news.sid)
            self._stale = self._first
        if ids.sid is None:
            self._identify(news)
        elif news is not None and news.sid == ids.sid:
            ids.unconfirmed = False
            self._retire()
        if news is not None and news.is_copy and news.sid == ids.sid and self._policy.fork_copies:
            # Also in the run that settles the id: the browser may have said both before this run began.
            self._rotate(is_copy=True)
        if not was_settled and ids.sid is not None and tab.change and tab.came_with_values:
            begin_afresh(self._run, tab)  # the page was drawn before this person came
        if ids.sid is not None and ids.signing_in and self._rotate():  # else the next run tries it again
            ids.signing_in, tab.change = False, "login"
        if self._run.is_app_test and ids.sid is not None and self._run.query_value(tab.param) != ids.sid:
            self._run.set_query_value(tab.param, ids.sid)
        elif self._run.is_app_test:
            self._retire()  # the query of AppTest had the new id
        if ids.sid is None:
            self._ask(news)

    def _recognise(self) -> None:
        """Know the page again, and the person: the session of another one is left for a fresh one."""
        tab = self._tab
        if tab.ids.sid is None and not self._first and tab.page.baseline is None:
            self._run.ask_for_page()  # the gate has declared it, whether it is the app's or not
        tab.signed_in |= is_signed_in(self._run)
        tab.came_with_values |= self._first and bool(shown_on(self._run))
        if tab.change is not None:
            # Nothing was entered since the state was emptied, so a name from that state is gone, too.
            tab.ids.person = self._policy.visitor.person
        if has_left(tab, self._policy.visitor):
            with tab.standing.outages("read", tab.sid):  # else nobody reaches the tasks, and they end
                end_tasks(self._store, tab.sid)
            tab.renew()
            tab.ids.person, tab.change = self._policy.visitor.person, change_of(self._policy)
            begin_afresh(self._run, tab)
        if tab.ids.person is None and self._policy.visitor.person is not None:
            # Noted before the store knows: whoever comes next must not get what this person enters.
            tab.ids.person, tab.ids.signing_in = self._policy.visitor.person, not self._first

    def _ask(self, news: Answer | None) -> None:
        """Draw the bridge now. End the run at the gate, unless the run need not or cannot wait."""
        mounted = mount_bridge(self._run, self._tab, self._policy, is_asked=True)
        answer = parse_answer(mounted.answer)
        if answer is not None and answer != news:
            self._consider(answer.sid, final=not self._first and not answer.is_from_link)
        if self._tab.ids.sid is None and self._may_wait() and mounted.is_there:
            close_gate(
                seconds=self._policy.gate_seconds, is_over=self._gate_is_over, page=self._run.unresolved_page
            )

    def _follow(self, token: str, came_with: str | None) -> None:
        """Follow a link once. A link that leads nowhere only shows a line to the visitor."""
        tab, policy = self._tab, self._policy
        if token in tab.ids.followed:
            return
        from fluxlit_component.links.token import lead_on, target_of

        try:
            record = self._store.load(came_with) if self._first and came_with is not None else None
            if came_with is not None and record is not None and target_of(came_with, record) is not None:
                tab.ids.followed = newest(tab.ids.followed, token)  # sent again after a restart
                return
            found = None
            if token:
                from fluxlit_component.links.links import redeem

                found = redeem(self._store, token, policy.lifetimes, param=tab.param, visitor=policy.visitor)
        except Exception as error:  # noqa: BLE001 - "unknown": the next run tries it again
            tab.standing.degrade("link", tab.sid, error)
            return
        tab.ids.followed = newest(tab.ids.followed, token)
        if found is None:
            # A component repeats its old answer to a restarted server. That needs no new notice.
            tab.standing.notice = None if self._first and came_with is not None else _DEAD_LINK
        elif found != "elsewhere" and found.sid != tab.sid:
            self.switched = tab.sid is not None
            if self.switched:
                tab.renew()
                tab.known.hydrated, tab.ids.unconfirmed = False, True
            elif came_with is not None and came_with == tab.ids.offer:
                with tab.standing.outages("link", tab.sid):  # useful, but not required
                    lead_on(self._store, came_with, found.sid, policy.lifetimes)
            self._hold(found.sid, found.record)
            tab.ids.joined = found.joined

    def _identify(self, news: Answer | None) -> None:
        tab = self._tab
        said = None
        if not tab.is_private and (ticket := self._run.headers.get(identifier.TICKET_HEADER)) is not None:
            from fluxlit_component.asgi.handshake import handshake_of

            if (said := handshake_of(ticket)) is not None:
                self._hear(said)
        if tab.sid is None and (self._first or self._run.is_app_test):
            # Only then: Streamlit caches the query of the page load, and a rotated id would come back.
            linked = self._run.query_value(tab.param)
            if linked is not None and identifier.is_well_formed(linked):
                self._consider(linked, final=False)
                if tab.sid is not None:
                    tab.standing.carrier = "query"
        if said is not None and tab.sid is None and self._is_new_here(said):
            self._hold(tab.ids.offer, None)
        if tab.sid is None and news is not None:
            self._consider(news.sid, final=not self._first and not news.is_from_link)
        if tab.sid is None and self._run.is_app_test and tab.standing.status != "degraded":
            # No browser will ever answer. So this visitor is new, and the query of AppTest holds the id.
            self._hold(tab.ids.offer, None)

    def _hear(self, said: Handshake) -> None:
        """Use what the websocket's handshake said of the page. It is newer than a component's answer."""
        tab = self._tab
        tab.standing.carrier, self._stale = "handshake", False
        if said.link is not None:
            self._follow(said.link, None)
        for candidate in said.candidates(tab.param, shared=self._policy.scope == "browser"):
            if tab.sid is None:
                self._consider(candidate, final=False)

    def _is_new_here(self, said: Handshake) -> bool:
        """Whether the page has no session: the page says so, or all of its ids were refused."""
        ids = self._tab.ids
        if said.link is not None and said.link not in ids.followed:
            return False
        candidates = said.candidates(self._tab.param, shared=self._policy.scope == "browser")
        is_sure = said.is_sure or bool(candidates) or self._tab.param == identifier.DEFAULT_PARAM
        return is_sure and all(sid in ids.refused for sid in candidates)

    def _consider(self, candidate: str, *, final: bool) -> None:
        """Accept an id, or replace it by the offer, or refuse it and ask for another.

        An id is not `final` if it came with a link or is older than a restart of the server. Then the tab
        may hold a better id. So an unknown id is refused, and the bridge is asked again.
        """
        tab = self._tab
        candidate = successor_of(candidate, tab, self._policy.visitor.person) or candidate
        if candidate == tab.ids.offer:
            self._hold(candidate, None)
            return
        if candidate not in tab.ids.refused:
            try:
                record = load_with_others(candidate, tab, self._store, self._policy)
            except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown", never "absent"
                tab.ids.awaited = candidate
                tab.standing.degrade("read", tab.sid, error)
                return
            from fluxlit_component.links.token import target_of

            if record is not None and (target := target_of(candidate, record)) is not None:
                self._stale = False  # the page has gone there since
                self._consider(target, final=final)
                return
            if record is not None and self._stale:
                return  # the page may have left this session for the link: ask the page
            if record is not None and self._policy.visitor.may_open(record, candidate):
                self._hold(candidate, record)
                return
            if record is not None:
                tab.change = change_of(self._policy)
                _log.info("a session of somebody else was not opened (%s)", identifier.fingerprint(candidate))
            else:
                _log.info("an unknown session id was refused (%s)", identifier.fingerprint(candidate))
                count("fluxlit.unknown_ids")
            tab.ids.refused = newest(tab.ids.refused, candidate)
        if final:
            self._hold(tab.ids.offer, None)

    def _hold(self, sid: str, record: Record | None) -> None:
        tab, self.record = self._tab, record
        tab.hold(sid, record, self._policy.visitor)
        if record is None:
            tab.standing.is_new, tab.known.hydrated = True, True
            tab.standing.tell(Event("new"))

    def _may_wait(self) -> bool:
        tab, policy = self._tab, self._policy
        if tab.standing.status == "degraded":
            return False
        tab.standing.status = "pending"
        if not policy.wait or tab.consent.unhurried or self._run.is_fragment:
            return False
        if not self._gate_is_over():
            return True
        if tab.page.baseline is None:
            _log.warning(
                "the browser has not answered within %.1f s; the app goes on without its saved state, "
                "which comes back if the answer does (blocked script, strict CSP, slow network?)",
                policy.gate_seconds,
            )
        return False

    def _gate_is_over(self) -> bool:
        ids, now = self._tab.ids, monotonic()
        if ids.waiting_since is None:
            ids.waiting_since = now
        return now - ids.waiting_since > self._policy.gate_seconds

    def _retire(self) -> None:
        """Destroy the tab's old ids, because the browser has confirmed the new id."""
        tab = self._tab
        if not tab.ids.retiring:
            return
        from fluxlit_component.links.links import destroy

        with tab.standing.outages("rotate", tab.sid):
            while tab.ids.retiring:
                destroy(self._store, tab.ids.retiring[0], self._policy.lifetimes)
                tab.ids.retiring = tab.ids.retiring[1:]

    def _rotate(self, *, is_copy: bool = False) -> bool:
        from fluxlit_component.tab.rotate import rotate

        # A copied tab always asks the store, because its original may have begun the record.
        has_record = is_copy or self.record is not None or self._tab.known.has_record
        for original in others_with(self._tab.sid or "", self._tab) if is_copy else ():
            original.superseded = False  # its page goes on: what its fragments change is saved as before
        done, record = rotate(self._tab, self._store, self._policy, has_record=has_record, is_copy=is_copy)
        if done and self.record is not None:
            self.record = record
        return done
