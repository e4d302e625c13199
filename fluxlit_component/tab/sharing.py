"""Links to a session as one run may make, list and revoke them. `links.links` has the links themselves."""

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
        self._run, self._tab, self._store, self._policy = run, tab, store, policy

    def link(self, page: object, order: links.Order, *, is_steady: bool) -> str:
        """Return the address of `page` with a token. If none can be made now, warn and leave the token out.

        `is_steady`: use the same token in every run, so that what the app draws stays the same.
        """
        tab = self._tab
        address = page_address(self._run.url, self._run.page_paths, page)
        if is_steady and tab.href and tab.href[:2] == (tab.sid, order) and tab.href[3] >= monotonic():
            return f"{address}#{links.KEY}={tab.href[2]}"
        token = self._token(order, logging.DEBUG if is_steady else logging.WARNING)
        if token is None:
            return address
        if is_steady:
            # Renewed at half of its lifetime: somebody who gets the link late has time left to use it.
            tab.href = (tab.sid, order, token, monotonic() + order.ttl_seconds / 2)
        return f"{address}#{links.KEY}={token}"

    def all(self) -> tuple[links.Link, ...]:
        """The session's links, the newest first; empty if the store does not answer."""
        tab = self._tab
        with tab.lock, tab.standing.outages("links", tab.sid):
            return () if tab.sid is None or tab.is_private else links.links_of(self._store, tab.sid)
        return ()

    def revoke(self) -> int | None:
        """Revoke all links; return how many were still open, None if the store did not answer."""
        tab = self._tab
        tab.href = None
        if tab.sid is None or tab.is_private:
            return 0
        with tab.lock, tab.standing.outages("revoke links", tab.sid):
            return links.revoke(self._store, tab.sid, self._policy.lifetimes)
        return None

    def _token(self, order: links.Order, level: int) -> str | None:
        tab, token = self._tab, None
        with tab.lock, tab.standing.outages("link", tab.sid):
            if tab.sid is None or tab.standing.status != "ready" or tab.is_private:
                _log.log(level, "no link can be made now: the session is not being kept")
                return None
            lives, person = self._policy.lifetimes, self._policy.visitor.person
            token = links.make(self._store, tab.sid, order, lives, param=tab.param, person=person)
            tab.known.has_record |= token is not None
        return token
