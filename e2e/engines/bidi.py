"""A client of WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), as much of it as the drivers need."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import Any

from websockets.sync.client import connect

_ANSWER_SECONDS = 60.0


class BidiError(Exception):
    """The browser refused a command: its error code and message."""


class Bidi:
    """One session with a browser that listens at `address`."""

    def __init__(self, address: str) -> None:
        self._open = contextlib.ExitStack()
        self._socket = self._open.enter_context(connect(f"{address}/session", max_size=None, proxy=None))
        self._numbers = itertools.count(1)
        self("session.new", capabilities={})

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its result.

        Raises:
            BidiError: the browser refused.
            TimeoutError: it did not answer in a minute.
        """
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            # No event is subscribed to; should one come all the same, it is nothing to us.
            message = json.loads(self._socket.recv(timeout=_ANSWER_SECONDS))
            if message.get("id") != number:
                continue
            if message["type"] == "error":
                raise BidiError(f"{method}: {message['error']}: {message['message']}")
            result: dict[str, Any] = message["result"]
            return result

    def close(self) -> None:
        """Hang up."""
        self._open.close()
