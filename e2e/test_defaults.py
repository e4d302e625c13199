"""Apps that set a default when a key is missing, and kept fields of pages that are away for many runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.servers import AppServer
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
APPS = Path(__file__).parent / "apps"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StreamlitServer]:
    """A server of the test's own, to be killed."""
    with AppServer(
        APPS / "defaults.py", env={"FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "s.db")}
    ) as running:
        yield running


def type_in(tab: ContinuityPage, label: str, text: str) -> None:
    """Type and leave the field."""
    tab.page.get_by_label(label).first.fill(text)
    tab.page.get_by_label(label).first.press("Enter")
    tab.rest()


def go(tab: ContinuityPage, name: str) -> None:
    """Click a page in the sidebar."""
    tab.page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    tab.rest()


@pytest.mark.parametrize("away", [["second"], ["second", "third"], ["second", "third", "second"]])
def test_a_value_survives_any_number_of_page_changes(
    tab: ContinuityPage, serve: Callable[..., StreamlitServer], away: list[str]
) -> None:
    """The app keeps it by `keep_hidden=`: every page has it, and on the way back the widget shows it."""
    tab.open(serve("defaults.py").url)
    type_in(tab, "Minutes", "30")
    for name in away:
        go(tab, name)
        expect(tab.page.get_by_text("minutes are 30")).to_be_visible()
    go(tab, "first")
    expect(tab.page.get_by_label("Minutes").first).to_have_value("30")
    tab.reload()
    expect(tab.page.get_by_label("Minutes").first).to_have_value("30")


@pytest.mark.usefixtures("fields_survive_a_restart")
def test_a_default_does_not_beat_the_last_keystroke(tab: ContinuityPage, server: StreamlitServer) -> None:
    """`setdefault` before the widget, a killed server, and the visitor types on without F5."""
    tab.open(server.url)
    type_in(tab, "Search", "before")
    with tab.page.expect_event("websocket", timeout=60_000):
        server.restart()
    expect(tab.page.locator("[data-test-connection-state=CONNECTED]")).to_be_attached()
    tab.rest()
    type_in(tab, "Search", "after")
    expect(tab.page.get_by_label("Search")).to_have_value("after")
    tab.reload()
    expect(tab.page.get_by_label("Search")).to_have_value("after")
