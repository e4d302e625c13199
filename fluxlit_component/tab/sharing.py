"""What an app may do with links to its session: make them, list them, revoke them.

The links themselves are in `links.links`; here is when they can be had, and where they point.
"""

from __future__ import annotations

import logging

from fluxlit_component.clock import monotonic
from fluxlit_component.internals import Run
from fluxlit_component.links import links
from fluxlit_component.links.address import page_address
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab

_log = logging.getLogger("fluxlit_component")


class Sharing:
    """The links of one tab's session, as seen in one run. Call it after the state was saved."""

    def __init__(self, run: Run, tab: Tab, store: RecordStore, policy: Policy) -> None:
        self._run = run
        self._tab = tab
        self._store = store
        self._lifetimes = policy.lifetimes
        self._person = policy.visitor.person

    def link(self, page: object, order: links.Order) -> str:
        """Return the address of `page` with a token; without one, and a warning, if none can be had now."""
        address = page_address(self._run.url, self._run.page_paths, page)
        token = self._token(order)
        return address if token is None else f"{address}#{links.KEY}={token}"

    def href(self, page: object, order: links.Order) -> str:
        """As `link`, with the same token from run to run, so that what is drawn stays the same."""
        tab = self._tab
        address = page_address(self._run.url, self._run.page_paths, page)
        if tab.href is None or tab.href[:2] != (tab.sid, order) or tab.href[3] < monotonic():
            token = self._token(order)
            if token is None:
                return address
            # Renewed at half its life: who gets it late in this tab's day has time left to use it.
            tab.href = (tab.sid, order, token, monotonic() + order.ttl_seconds / 2)
        return f"{address}#{links.KEY}={tab.href[2]}"

    def all(self) -> tuple[links.Link, ...]:
        """The session's links, the newest first; empty if the store does not answer."""
        with self._tab.lock:
            if self._tab.sid is None or self._tab.consent.private is not None:
                return ()
            try:
                return links.links_of(self._store, self._tab.sid)
            except Exception as error:  # noqa: BLE001 - any failure of a store means "unknown"
                self._tab.standing.degrade("links", self._tab.sid, error)
                return ()

    def revoke(self) -> int | None:
        """Revoke all links; return how many were still open, None if the store did not answer."""
        with self._tab.lock:
            self._tab.href = None
            if self._tab.sid is None or self._tab.consent.private is not None:
                return 0
            try:
                return links.revoke(self._store, self._tab.sid, self._lifetimes)
            except Exception as error:  # noqa: BLE001
                self._tab.standing.degrade("revoke links", self._tab.sid, error)
                return None

    def _token(self, order: links.Order) -> str | None:
        tab = self._tab
        with tab.lock:
            if tab.sid is None or tab.standing.status != "ready" or tab.consent.private is not None:
                _log.warning("no link can be made now: the session is not being kept")
                return None
            try:
                token = links.make(
                    self._store, tab.sid, order, self._lifetimes, param=tab.param, person=self._person
                )
            except Exception as error:  # noqa: BLE001
                tab.standing.degrade("link", tab.sid, error)
                return None
            tab.known.created = tab.known.created or token is not None
            return token
