"""What a test wants to know of one browser tab that shows a Streamlit app.

Script runs are counted from the websocket: each begins with a `new_session` message, so what is
counted is what the server really did for this tab. Needs Playwright.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocket

_QUIET_SECONDS: Final = 0.4
# The frontend knows of a rerun it has asked for before the server has begun it.
_DRAWN: Final = """() => {
  const app = document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]');
  return [...(app?.querySelectorAll('[data-testid="stElementContainer"]') ?? [])]
    .some(element => element.offsetHeight > 0);
}"""


class ContinuityPage:
    """A Playwright page with the server's script runs counted. Make it before the first `goto`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.runs = 0
        """Full script runs of this tab since the last `forget_runs`."""
        self.fragment_runs = 0
        self._running = False
        self._last = 0.0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._receive)

    def _receive(self, payload: Any) -> None:
        if not isinstance(payload, bytes):
            return
        message = ForwardMsg.FromString(payload)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._running, self._last = True, time.monotonic()
            self.runs += 1
        elif kind == "script_finished":
            self._running, self._last = False, time.monotonic()
            if message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                # Only its end says so: where the beginning names the fragments has moved between releases.
                self.runs -= 1
                self.fragment_runs += 1

    def forget_runs(self) -> None:
        """Begin to count anew."""
        self.runs = self.fragment_runs = 0

    def open(self, url: str) -> None:
        """Go to `url` and wait until the app is at rest."""
        self.forget_runs()
        self._last = 0.0
        self.page.goto(url)
        self.rest()

    def reload(self) -> None:
        """Press F5 and wait until the app is at rest."""
        self.forget_runs()
        self._last = 0.0
        self.page.reload()
        self.rest()

    def rest(self, *, seconds: float = 30.0, quiet: float = _QUIET_SECONDS) -> None:
        """Wait until a script run has ended, something is drawn, and for `quiet` seconds no run has begun.

        Raises:
            TimeoutError: the app did not come to rest.
        """
        begun = time.monotonic()
        end = begun + seconds
        while time.monotonic() < end:
            self.page.wait_for_timeout(50)
            if (
                not self._running
                and self._last
                and time.monotonic() - max(begun, self._last) > quiet
                and self._is_drawn()
            ):
                return
        message = f"the app did not come to rest in {seconds} s ({self.runs} runs)"
        raise TimeoutError(message)

    def _is_drawn(self) -> bool:
        """Whether the visitor sees anything, and no run is asked for: the gate is not the app at rest."""
        return bool(self.page.evaluate(_DRAWN))
