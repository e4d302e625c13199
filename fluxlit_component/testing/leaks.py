"""A recorder of everything that leaves a browser tab, to prove that a secret does not.

Requests with their raw headers (DevTools protocol, extra info included), websocket addresses,
console lines, the title, and the history entries that the page can see. Chromium only. The one place
where an id belongs is kept apart: a header of the websocket's handshake, which no log prints.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page


class LeakRecorder:
    """Records from the moment that it is created."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.requests: list[str] = []  # one text per request: method, URL and headers as they went out
        self.console: list[str] = []
        self.handshakes: list[str] = []  # `Sec-WebSocket-Protocol` of each websocket
        note = self.requests.append
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._request)
        session.on("Network.requestWillBeSentExtraInfo", self._extra)
        session.on("Network.webSocketCreated", lambda event: note(f"websocket {event['url']}"))
        session.on("Network.webSocketWillSendHandshakeRequest", self._extra)
        session.send("Network.enable")
        page.on("console", lambda message: self.console.append(message.text))

    def _request(self, event: dict[str, Any]) -> None:
        request = event["request"]
        self.requests.append(f"{request['method']} {request['url']} {json.dumps(request['headers'])}")

    def _extra(self, event: dict[str, Any]) -> None:
        headers = dict(event.get("headers") or event.get("request", {}).get("headers", {}))
        for name in [name for name in headers if name.lower() == "sec-websocket-protocol"]:
            self.handshakes.append(headers.pop(name))
        self.requests.append("extra " + json.dumps(headers))

    def clear(self) -> None:
        """Forget what was recorded so far."""
        for records in (self.requests, self.console, self.handshakes):
            records.clear()

    def carrying(self, secret: str) -> list[str]:
        """Requests, console lines, title and history entries, as far as they hold `secret`."""
        entries = "[document.title, JSON.stringify(history.state), ...navigation.entries().map(e => e.url)]"
        shown = self._page.evaluate(entries)
        return [line for line in (*self.requests, *self.console, *shown) if secret in line]
