"""What a visitor can do on the page as it is, found on the page itself; and how it is done.

A step names an element by its kind and its place among those of that kind, so that the same step can be taken
in two tabs that look alike.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page

from fluxlit_component.testing import ContinuityPage

KINDS: Final = {
    "press": '[data-testid="stButton"] button',
    "send": '[data-testid="stFormSubmitButton"] button',
    "type": '[data-testid="stTextInput"] input, [data-testid="stTextArea"] textarea',
    "number": '[data-testid="stNumberInput"] input',
    "tick": '[data-testid="stCheckbox"] label',
    "choose": '[data-testid="stRadio"] [role="radiogroup"] label',
    "pick": '[data-testid="stSelectbox"]',
    "slide": '[data-testid="stSlider"] [role="slider"], [data-testid="stSlider"] input[type="range"]',
    "follow": '[data-testid="stSidebarNavLink"]',
    "turn": '[role="tab"]',
    "say": '[data-testid="stChatInput"] textarea',
}
"""What is done -> the elements that it is done with."""

_FOUND: Final = """([kinds, dialog]) => {
  const found = [];
  const top = document.querySelector(dialog) ?? document;
  for (const [kind, selector] of Object.entries(kinds)) {
    const shown = [...top.querySelectorAll(selector)].filter(one => one.checkVisibility() && !one.disabled);
    shown.forEach((one, place) => found.push({
      kind, place,
      name: (one.getAttribute("aria-label") || one.textContent || "").replace(/\\s+/g, " ").trim(),
      form: one.closest('[data-testid="stForm"]') !== null,
    }));
  }
  if (top !== document) found.push({ kind: "close", place: 0, name: "the dialog", form: false });
  return found;
}"""
_DIALOG: Final = '[data-testid="stDialog"] [role="dialog"], [role="dialog"][data-testid="stDialog"]'
_WORDS: Final = ("Ada", "Grace", "x", "")
_KEYS: Final = ("ArrowRight", "ArrowLeft", "End")
_QUIET_SECONDS: Final = 0.15
DEBOUNCED: Final = "() => new Promise(done => setTimeout(done, 250))"
"""Returns after what the page has put off: a slider waits 200 ms for another key before it tells."""


@dataclass(frozen=True)
class Step:
    """One thing that a visitor does."""

    kind: str
    place: int = 0
    name: str = ""
    word: str = ""
    """What is typed, or which key is pressed, or the number of the option."""
    form: bool = False
    """Whether it is done in a form, which tells the server nothing before it is sent."""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, repr(self.name) if self.name else "", self.word)))


RELOAD: Final = Step("reload")


def possible(page: Page, chance: random.Random) -> list[Step]:
    """Everything that can be done now, with words chosen by chance."""
    found = page.evaluate(_FOUND, [KINDS, _DIALOG])
    return [Step(**one, word=_word(one["kind"], chance)) for one in found]


def _word(kind: str, chance: random.Random) -> str:
    if kind in {"type", "say"}:
        return chance.choice(_WORDS[: -1 if kind == "say" else None])
    if kind == "number":
        return str(chance.randint(1, 9))
    if kind == "slide":
        return chance.choice(_KEYS)
    return str(chance.randint(0, 2)) if kind == "pick" else ""


def take(tab: ContinuityPage, step: Step) -> None:
    """Do it, and do not wait for what comes of it."""
    dialog = tab.page.locator(_DIALOG)
    if step.kind == "close":
        dialog.get_by_role("button", name="Close").click()
        return
    top = dialog.first if dialog.count() else tab.page
    element = top.locator(KINDS[step.kind]).locator("visible=true").nth(step.place)
    _DOERS.get(step.kind, _click)(element, step.word)


def close_dialog(tab: ContinuityPage) -> None:
    """If one is open."""
    if tab.page.locator(_DIALOG).count():
        take(tab, Step("close"))
        tab.page.locator(_DIALOG).first.wait_for(state="detached")


def _click(element: Locator, _word: str) -> None:
    element.click()


def _fill(element: Locator, word: str) -> None:
    element.fill(word)
    element.blur()


def _say(element: Locator, word: str) -> None:
    element.fill(word)
    element.press("Enter")


def _pick(element: Locator, word: str) -> None:
    element.locator("input").click()
    options = element.page.get_by_role("option")
    options.first.wait_for()
    options.nth(int(word) % options.count()).click()


def _slide(element: Locator, word: str) -> None:
    element.press(word)
    element.page.evaluate(DEBOUNCED)


_DOERS: Final = {"type": _fill, "number": _fill, "say": _say, "pick": _pick, "slide": _slide}


def rest(tab: ContinuityPage) -> None:
    """Wait until the app has answered."""
    tab.rest(quiet=_QUIET_SECONDS)
