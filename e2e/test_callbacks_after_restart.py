"""The first click on a page whose server was started again below it: Streamlit knows no callback by then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.transport


class Visit:
    """One page, and the server below it."""

    def __init__(self, tab: ContinuityPage, server: StreamlitServer) -> None:
        self.tab = tab
        self.server = server
        tab.open(server.url)

    def press(self, name: str) -> None:
        """Press a button."""
        self.tab.page.get_by_role("button", name=name, exact=True).click()
        self.tab.rest()

    def type(self, label: str, text: str) -> None:
        """Type into a field and leave it."""
        self.tab.page.get_by_label(label, exact=True).fill(text)
        self.tab.page.get_by_label(label, exact=True).press("Tab")
        self.tab.rest()

    def restart(self) -> None:
        """Start the server again, and wait until the page has found it."""
        with self.tab.page.expect_event("websocket", timeout=60_000):
            self.server.restart()
        self.tab.rest()
        self.tab.forget_runs()

    def see(self, text: str) -> None:
        """The page shows exactly this line, and no exception."""
        expect(self.tab.page.get_by_text(text, exact=True)).to_be_visible()
        expect(self.tab.page.get_by_test_id("stException")).to_have_count(0)


@pytest.fixture
def visit(tab: ContinuityPage, serve: Callable[..., StreamlitServer]) -> Visit:
    """Open the app, and use it once."""
    visit = Visit(tab, serve("callbacks.py"))
    visit.press("Add")
    visit.see("log: callback of add, add")
    return visit


def test_the_first_click_is_not_swallowed(visit: Visit) -> None:
    """Its callback runs once, before the click counts; for that the script begins again where it is drawn."""
    visit.restart()
    visit.press("Add")
    visit.see("log: callback of add, add, callback of add, add")
    assert visit.tab.runs == 2
    visit.press("Plain")
    visit.see("log: callback of add, add, callback of add, add, plain")


def test_a_form_that_is_sent_first(visit: Visit) -> None:
    """With what was typed into it, and a button without a callback after another restart."""
    visit.restart()
    visit.type("Name", "Ada")
    visit.press("Send")
    visit.see("log: callback of add, add, callback of Ada, sent Ada")
    visit.restart()
    visit.press("Plain")
    visit.see("log: callback of add, add, callback of Ada, sent Ada, plain")
    assert visit.tab.runs == 1


def test_a_field_that_is_changed_first_is_kept_without_its_callback(visit: Visit) -> None:
    """As without the session: what stood there before nobody knows who could call `on_change`."""
    visit.restart()
    visit.type("Field", "typed")
    visit.see("field: typed")
    visit.see("log: callback of add, add")
    visit.type("Field", "again")
    visit.see("log: callback of add, add, field")
