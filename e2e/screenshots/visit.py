"""A visit to the demo, as the pictures show it: the same acts in the same order, on a store of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

import fluxlit_component.demo
from fluxlit_component.cli.run import DEMO_LOOK
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

APP = Path(fluxlit_component.demo.__file__).with_name("app.py")
PLACES = (
    ("Lima", "ask for the night bus"),
    ("Nairobi", "call Wanjiru before noon"),
    ("Tokyo", "cherry trees in April"),
)


@contextmanager
def demo() -> Iterator[StreamlitServer]:
    """The demo with its own look and an empty store."""
    with tempfile.TemporaryDirectory(prefix="fluxlit-screenshots-") as folder:
        env = {"FLUXLIT_SESSION_SQLITE_PATH": str(Path(folder) / "sessions.db")}
        options = [f"--{name}={value}" for name, value in DEMO_LOOK.items()]
        with StreamlitServer(APP, env=env, args=options) as server:
            yield server


class Visit:
    """One visitor of the demo."""

    def __init__(
        self, browser: Browser, *, scheme: str = "light", width: int = 1280, height: int = 800
    ) -> None:
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": height},
            locale="en-GB",
        )
        self.tab = ContinuityPage(context.new_page())
        self.page.set_default_timeout(20_000)

    @property
    def page(self) -> Page:
        """The browser's page."""
        return self.tab.page

    def choose(self, place: str) -> None:
        """Pick a place on the first page."""
        self.page.locator(".st-key-explore_pick input").click()
        self.page.keyboard.type(place)
        self.page.get_by_role("option").first.click()
        self.tab.rest()

    def write(self, note: str) -> None:
        """Type a note and leave the field."""
        self.page.locator(".st-key-explore_note textarea").fill(note)
        self.page.keyboard.press("Tab")
        self.tab.rest()

    def collect(self) -> None:
        """Press the button."""
        self.page.get_by_test_id("stBaseButton-primary").click()
        self.tab.rest()

    def collect_all(self) -> None:
        """Collect every place with its note."""
        for place, note in PLACES:
            self.choose(place)
            self.write(note)
            self.collect()

    def turn_to(self, name: str) -> None:
        """Click a page in the sidebar."""
        self.page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
        self.tab.rest()
