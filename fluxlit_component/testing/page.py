"""One browser tab that shows a Streamlit app: what a test can do with the tab, and ask about it.

Script runs are counted from the websocket: each begins with a `new_session` message. Needs Playwright.
"""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from fluxlit_component.identifier import DEFAULT_PARAM

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocket

_QUIET_SECONDS: Final = 0.4
_REMEMBERED: Final = """param => {
  const parts = location.pathname.split("/");
  const bases = parts.map((_, end) => `${parts.slice(0, end + 1).join("/")}/:`).filter(base => base !== "/:");
  const names = [...bases.reverse(), ""].map(base => `fluxlit:${base}${param}`);
  return names.map(name => sessionStorage[name] ?? localStorage[name]).find(id => id) ?? null;
}"""
"""An app below a path keeps the id under a name with the path in it."""
_LOADING_SECONDS: Final = 5.0
"""How long to wait for code to load, once in a page. A component that never answers keeps its placeholder."""
_DRAWN: Final = """async missing => {
  // What the last message has set off comes first: effects of React, a word to the bridge's frame.
  await new Promise(done => setTimeout(() => setTimeout(done)));
  missing = window[Symbol.for("fluxlit.missing")] ||= missing;
  const calm = '[data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]';
  const app = document.querySelector(`[data-testid="stApp"]${calm}`);
  const bridges = document.querySelectorAll('[class*="st-key-fluxlit_bridge"]').length;
  const met = window[Symbol.for("fluxlit.page")]?.size ?? 0;
  if (!app || (!missing && (app.querySelector('[data-testid="stSkeleton"]') || met < bridges))) return false;
  const drawn = '[data-testid="stElementContainer"], [data-testid="stVerticalBlock"] :is(button, summary)';
  return [...app.querySelectorAll(drawn)].some(element => element.offsetHeight > 0);
}"""

_VIEW: Final = """() => {
  const lines = [];
  // Of a pill, a segment or a star older releases tell only that it is chosen. A colour is a block.
  const fields = 'input, textarea, [role="slider"], button[aria-checked], button[aria-pressed], '
    + 'button[kind$="Active"], [data-testid="stColorPickerBlock"]';
  for (const part of document.querySelectorAll('.stMain, [data-testid="stSidebar"]')) {
    const onHover = part.querySelector('[data-testid="stSidebarCollapseButton"]')?.innerText.trim();
    const texts = part.innerText.split("\\n").map(line => line.trim());
    lines.push(...texts.filter(line => line && line !== onHover));
    for (const field of part.querySelectorAll(fields)) {
      const aria = name => field.getAttribute(`aria-${name}`);
      const label = aria("label") || (field.labels?.[0] ?? field).innerText.trim() || "field";
      const value = ["checkbox", "radio"].includes(field.type) ? field.checked
        : field.localName === "button" ? aria("checked") ?? aria("pressed") ?? true
        : aria("valuetext") ?? aria("valuenow") ?? field.value ?? getComputedStyle(field).backgroundColor;
      lines.push(`${label} = ${value}`);
    }
  }
  return lines;
}"""


def view_of(page: Page, *, ignore: str | None = None) -> list[str]:
    """What a visitor sees: texts, then ``label = value`` of each field, of the main area and the sidebar.

    `ignore`: pattern (regular expression) of lines to leave out.
    """
    return [line for line in page.evaluate(_VIEW) if ignore is None or not re.search(ignore, line)]


class ContinuityPage:
    """A Playwright page with the server's script runs counted. Make it before the first `goto`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.runs = 0
        """Full script runs of this tab since the last `forget_runs`."""
        self.fragment_runs = 0
        self._asked = False
        self._running = False
        self._last = 0.0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        self._asked = False  # a request on the socket before this one gets no answer
        socket.on("framesent", self._send)
        socket.on("framereceived", self._receive)

    def _send(self, payload: Any) -> None:
        """Note that a run was asked for, since a busy server may begin it late."""
        if not isinstance(payload, bytes):
            return
        message = BackMsg.FromString(payload)
        # A fragment's timer may ask for a run after the fragment is gone. That begins no run.
        if message.WhichOneof("type") == "rerun_script" and not message.rerun_script.is_auto_rerun:
            self._asked = True

    def _receive(self, payload: Any) -> None:
        if not isinstance(payload, bytes):
            return
        message = ForwardMsg.FromString(payload)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._asked, self._running, self._last = False, True, time.monotonic()
            self.runs += 1
        elif kind == "script_finished":
            self._running, self._last = False, time.monotonic()
            if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._asked = True  # the next run follows, but Streamlit collects garbage first
            if message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                # Only the end of a run tells this: at its beginning the field for it differs by release.
                self.runs -= 1
                self.fragment_runs += 1

    def forget_runs(self) -> None:
        """Begin to count anew."""
        self.runs = self.fragment_runs = 0

    def open(self, url: str) -> None:
        """Go to `url` and wait until the app is at rest."""
        self._last = 0.0
        self._go(lambda: self.page.goto(url))

    def reload(self) -> None:
        """Press F5 and wait until the app is at rest."""
        self._last = 0.0
        self._go(self.page.reload)

    def back(self) -> None:
        """Press Back and wait until the app is at rest."""
        self._go(self.page.go_back)

    def forward(self) -> None:
        """Press Forward and wait until the app is at rest."""
        self._go(self.page.go_forward)

    def _go(self, move: Callable[[], object]) -> None:
        self.forget_runs()
        move()
        self.rest()

    def duplicate(self) -> ContinuityPage:
        """Open a copy of the tab, with a copy of its storage, as "Duplicate" in the browser's menu does."""
        with self.page.context.expect_page() as opened:
            self.page.evaluate("void window.open('about:blank')")
        opened.value.set_default_timeout(45_000)
        copy = ContinuityPage(opened.value)
        copy.open(self.page.url)
        return copy

    def session_id(self, *, param: str = DEFAULT_PARAM) -> str | None:
        """The session id that the tab remembers; None if it has none. Never print or log it."""
        found = self.page.evaluate(_REMEMBERED, param)
        return found if isinstance(found, str) else None

    def expect_continuity(
        self, *, after: Callable[[], object] | None = None, ignore: str | None = None, seconds: float = 10.0
    ) -> None:
        """Press F5 and fail unless the visitor sees what there was before, at the same address.

        Compared are texts, fields, ticks, sliders, chosen pills, stars and colours of main area and sidebar.
        Not seen are pictures, charts, cells of a dataframe, progress bars, dialogs, and how a button looks.

        Args:
            after: what is to happen before F5, for example ``server.restart``.
            ignore: pattern (regular expression) of lines that may change, such as a clock.
            seconds: how long to wait until everything is drawn.

        Raises:
            AssertionError: something is not as it was; the message shows what.
        """
        address, before = self.page.url, view_of(self.page, ignore=ignore)
        if after is not None:
            after()
        self.reload()
        end = time.monotonic() + seconds
        while (now := view_of(self.page, ignore=ignore)) != before and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        if now != before:
            lines = difflib.unified_diff(before, now, "before", "after", lineterm="", n=1)
            raise AssertionError("\n".join(["after F5 the visitor sees something else:", *lines]))
        if self.page.url != address:
            raise AssertionError(f"after F5 the address is {self.page.url}, before it was {address}")

    def rest(self, *, seconds: float = 60.0, quiet: float = _QUIET_SECONDS) -> None:
        """Wait until a script run has ended, all is drawn, and for `quiet` seconds no other was asked for.

        Raises:
            TimeoutError: the app did not come to rest.
        """
        begun = loaded = time.monotonic()
        end = begun + seconds
        while time.monotonic() < end:
            self.page.wait_for_timeout(50)
            if (calm := self._calm(begun)) <= quiet:
                continue
            if not self._is_drawn(missing=calm > _LOADING_SECONDS):
                loaded = time.monotonic()
            # A page that was busy may have asked for a run only now, before it answered.
            elif min(self._calm(begun), time.monotonic() - loaded) > quiet:
                return
        raise TimeoutError(f"the app did not come to rest in {seconds} s ({self.runs} runs)")

    def _calm(self, since: float) -> float:
        """For how many seconds no run was asked for or under way; zero until the first one has ended."""
        if self._asked or self._running or not self._last:
            return 0.0
        return time.monotonic() - max(since, self._last)

    def _is_drawn(self, *, missing: bool) -> bool:
        """Whether the visitor sees anything, which is not so at the gate, on a connected page without a run.

        Streamlit loads the code of many elements, and of our bridge, when they are first drawn. Code may be
        `missing`, or else this waits for it.
        """
        from playwright.sync_api import Error

        try:
            return bool(self.page.evaluate(_DRAWN, missing))
        except Error as error:
            if "because of a navigation" not in str(error):
                raise
            return False  # the page loads itself anew in this moment
