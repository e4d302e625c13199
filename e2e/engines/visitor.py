"""What a person does in a browser tab and sees there, the same words for every engine.

The scenarios beside this file are written in them once. A driver supplies the few things that engines
do each in their own way; clicks and keys go through the engine's own input, never through the page's script.
"""

from __future__ import annotations

import abc
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

SECONDS = 60.0
"""How long anything may take before it has failed."""

_QUIET_SECONDS = 0.4
_PAUSE_SECONDS = 0.05

# A request for a script run, which a busy server may begin late: field 11 of Streamlit's `BackMsg`.
_NOTE_REQUESTS = """() => {
  if (window.runIsAskedFor !== undefined) return;
  window.runIsAskedFor = false;
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (data[0] === 0x5a) {
      window.runIsAskedFor = true;
      this.addEventListener("message", () => { window.runIsAskedFor = false; }, { once: true });
    }
    return send.call(this, data);
  };
}"""
# The gate draws nothing, so an app that shows something and runs nothing is at rest, once it has its bridge.
_AT_REST = """() => {
  const app = document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]');
  const bridges = document.querySelectorAll('[class*="st-key-fluxlit_bridge"]').length;
  const met = window[Symbol.for("fluxlit.page")]?.size ?? 0;
  if (window.runIsAskedFor || met < bridges) return false;
  return [...(app?.querySelectorAll('[data-testid="stElementContainer"]') ?? [])]
    .some(element => element.offsetHeight > 0);
}"""
_VALUE = 'label => document.querySelector(`[aria-label="${label}"]`)?.value ?? null'
_REMEMBERED = "() => { try { return sessionStorage.getItem('fluxlit:fluxlit_sid'); } catch { return null; } }"
_REFUSED = "() => { try { sessionStorage.setItem('x', 'x'); return false; } catch { return true; } }"


class Failed(Exception):
    """The engine could not do it now: the page was changing under its hands, or something is in the way."""


_OFFER_COPY: Final = """() => {
  const button = Object.assign(document.createElement('button'), {id: 'copy-me', textContent: 'copy'})
  button.style.cssText = 'position:fixed;top:0;left:0;z-index:9999999'
  button.onclick = () => { button.remove(); window.open(location.href) }
  document.body.append(button)
}"""
_OFFER_LINK: Final = """() => {
  const link = Object.assign(document.createElement('a'), {id: 'copy-me', textContent: 'copy'})
  Object.assign(link, {href: location.href, target: '_blank', rel: 'noopener noreferrer'})
  link.style.cssText = 'position:fixed;top:0;left:0;z-index:9999999'
  link.onclick = () => setTimeout(() => link.remove())
  document.body.append(link)
}"""


class Visitor(abc.ABC):
    """One tab. What is not a question waits until the app is at rest afterwards."""

    # What a driver supplies.

    @abc.abstractmethod
    def go(self, address: str) -> None:
        """Type `address` into the address bar and wait for the document, not for an app."""

    @abc.abstractmethod
    def _reload(self) -> None:
        """Press F5."""

    @abc.abstractmethod
    def _traverse(self, steps: int) -> None:
        """Press Back (-1) or Forward (1)."""

    @abc.abstractmethod
    def _click(self, xpath: str) -> None:
        """Click on the element.

        Raises:
            Failed: there is none, or it went away.
        """

    @abc.abstractmethod
    def _enter(self, xpath: str, text: str, *, leave: bool) -> None:
        """Put `text` in the place of what the field holds, and press Tab to `leave` it.

        Raises:
            Failed: there is none, or it went away.
        """

    @abc.abstractmethod
    def ask(self, function: str, *args: Any) -> Any:
        """What a JavaScript function returns, promises awaited, called with JSON values.

        Raises:
            Failed: the page was changing.
        """

    @abc.abstractmethod
    def copy(self, *, by_link: bool = False) -> Visitor:
        """The tab that a click opens: by `window.open`, or by a link with `noopener`."""

    def _offer_copy(self, *, by_link: bool) -> None:
        """Draw what is to be clicked. Some engines open a tab only for a real click."""
        self.ask(_OFFER_LINK if by_link else _OFFER_COPY)
        self._click("//*[@id='copy-me']")

    @abc.abstractmethod
    def inside(self) -> Visitor:
        """The page in this page's only frame."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close the tab."""

    # What a person does.

    def open(self, address: str) -> None:
        """Go to an address."""
        self.go(address)
        self.rest()

    def reload(self) -> None:
        """Press F5."""
        self._reload()
        self.rest()

    def back(self) -> None:
        """Press Back."""
        self._traverse(-1)
        self.rest()

    def forward(self) -> None:
        """Press Forward."""
        self._traverse(1)
        self.rest()

    def click(self, button: str) -> None:
        """Press a button."""
        self._act(lambda: self._click(f"//button[normalize-space(.)='{button}']"))

    def follow(self, link: str) -> None:
        """Follow a link."""
        self._act(lambda: self._click(f"//a[normalize-space(.)='{link}']"))

    def type(self, label: str, text: str) -> None:
        """Fill in a field and leave it."""
        self._act(lambda: self._enter(f"//input[@aria-label='{label}']", text, leave=True))

    def begin(self, label: str, text: str) -> None:
        """Fill in a field and stay there."""
        self._act(lambda: self._enter(f"//input[@aria-label='{label}']", text, leave=False))

    # What a person sees.

    @property
    def address(self) -> str:
        """What the address bar shows."""
        return str(self.ask("() => location.href"))

    @property
    def history_length(self) -> int:
        """How many entries the tab's history has."""
        return int(self.ask("() => history.length"))

    @property
    def text(self) -> str:
        """What the page shows."""
        return str(self.ask("() => document.body.innerText"))

    def reads_address(self, address: str) -> None:
        """Wait until the address bar shows just this: the app may be there before the bridge is."""
        until(lambda: self.address == address, address)

    def holds(self, label: str, value: str) -> None:
        """Wait until a field holds just this: it may come later than the texts beside it."""
        until(lambda: self.ask(_VALUE, label) == value, f"{label} to be {value}")

    def sees(self, *texts: str) -> None:
        """Wait until the page shows all of `texts`.

        Raises:
            TimeoutError: it never did; the message says what it shows instead.
        """
        missing = list(texts)

        def shown() -> bool:
            text = self.text
            missing[:] = [wanted for wanted in texts if wanted not in text]
            return not missing

        try:
            until(shown, "text")
        except TimeoutError as error:
            raise TimeoutError(f"{missing} not shown, but: {self.text}") from error

    # What the browser keeps for the tab.

    @property
    def remembered(self) -> str | None:
        """The session id in the tab's storage."""
        value = self.ask(_REMEMBERED)
        return None if value is None else str(value)

    @property
    def is_refused_storage(self) -> bool:
        """Whether the page cannot keep anything in the tab's storage."""
        return bool(self.ask(_REFUSED))

    def rest(self) -> None:
        """Wait until the app shows something and has run nothing for a moment.

        Raises:
            TimeoutError: it did not come to rest.
        """
        since: list[float] = []

        def quiet() -> bool:
            if not self.ask(_AT_REST):
                since.clear()
                return False
            since.append(time.monotonic())
            return since[-1] - since[0] > _QUIET_SECONDS

        until(quiet, "the app at rest")

    def _act(self, action: Callable[[], None]) -> None:
        """Do it, again if the page changed in between."""

        def done() -> bool:
            self.ask(_NOTE_REQUESTS)
            action()
            return True

        until(done, "something to act on")
        self.rest()


class Engine(Protocol):
    """A running browser. Each visitor has a tab of their own and shares nothing with the others."""

    def newcomer(self) -> Visitor:
        """Someone who has never been here."""

    def close(self) -> None:
        """End the browser."""


def until(condition: Callable[[], bool], what: str, *, seconds: float = SECONDS) -> None:
    """Wait for `condition`; a page that is changing is asked again.

    Raises:
        TimeoutError: it did not hold within `seconds`.
    """
    end = time.monotonic() + seconds
    trouble: Failed | None = None
    while time.monotonic() < end:
        try:
            if condition():
                return
        except Failed as error:
            trouble = error
        time.sleep(_PAUSE_SECONDS)
    raise TimeoutError(f"waited {seconds} s for {what}") from trouble
