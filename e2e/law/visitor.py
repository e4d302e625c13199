"""What a visitor does with an app and sees of it, in the visitor's words: type, press, pick, F5.

For the tests of the law. Each action waits until the app is at rest again. A visitor of the plain app
(without the session) presses R, Streamlit's own Rerun, where another presses F5: the law says that what holds
for one holds for the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page, expect

from e2e.law.steps import DEBOUNCED
from fluxlit_component.testing import ContinuityPage, StreamlitServer

_QUIET_SECONDS: Final = 0.2


@dataclass(frozen=True)
class Visitor:
    """One person with one tab."""

    tab: ContinuityPage
    server: StreamlitServer
    plain: bool = False
    """The app is served without the session."""

    @property
    def page(self) -> Page:
        """The tab as Playwright knows it."""
        return self.tab.page

    def field(self, label: str) -> Locator:
        """The field of this label, and of no longer one."""
        return self.page.get_by_label(label, exact=True)

    def type(self, label: str, text: str) -> None:
        """Type over what is in a field, and leave it."""
        self.field(label).fill(text)
        self.field(label).blur()
        self.rest()

    def press(self, name: str) -> None:
        """Press a button."""
        self.push(name)
        self.rest()

    def push(self, name: str) -> None:
        """Press a button and do not wait for what comes of it."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def tick(self, label: str) -> None:
        """Tick or untick a box, turn a switch, choose one of a radio."""
        self.page.get_by_text(label, exact=True).click()
        self.rest()

    def pick(self, label: str, option: str) -> None:
        """Choose from a list that opens."""
        self.page.get_by_role("combobox", name=re.compile(rf"(^|\. ){re.escape(label)}$")).click()
        self.page.get_by_role("option", name=option, exact=True).click()
        self.rest()

    def slide(self, label: str, *keys: str) -> None:
        """Move the knob of a slider by keys: ArrowRight is one step, PageUp are ten."""
        knob = self.page.get_by_role("slider", name=label)
        for key in keys:
            knob.press(key)
        self.page.evaluate(DEBOUNCED)
        self.rest()

    def say(self, text: str) -> None:
        """Send a chat message."""
        field = self.page.get_by_test_id("stChatInput").locator("textarea")
        field.fill(text)
        field.press("Enter")
        self.rest()

    def follow(self, name: str) -> None:
        """Go to another page by the menu."""
        menu = self.page.get_by_test_id("stSidebarNav")
        menu.get_by_role("link", name=name, exact=True).click()
        self.rest()

    def reload(self) -> None:
        """Press F5; of the plain app: R."""
        if not self.plain:
            self.tab.reload()
            return
        self.page.evaluate("document.activeElement?.blur()")  # in a field R is a letter
        self.rest()
        self.page.keyboard.press("r")
        self.rest()

    def rest(self) -> None:
        """Wait until what was done has been answered; shorter than after a page load, which may ask twice."""
        self.tab.rest(quiet=_QUIET_SECONDS)

    def sees(self, text: str | re.Pattern[str]) -> None:
        """There is a line with this text and nothing else, and no exception beside it."""
        self.sees_no_exception()
        expect(self.page.get_by_text(text, exact=True).first).to_be_visible()
        self.sees_no_exception()

    def sees_in(self, label: str, value: str) -> None:
        """A field holds this value."""
        self.sees_no_exception()
        expect(self.field(label)).to_have_value(value)

    def sees_no_exception(self) -> None:
        """The app did not fail."""
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
