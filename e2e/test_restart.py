"""The server is killed and started again: nothing is lost, with F5 and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.carrier import HANDSHAKE, PAGE_LOAD
from e2e.reconnect import reconnecting
from e2e.servers import AppServer
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
APPS = Path(__file__).parent / "apps"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StreamlitServer]:
    """A server of the test's own, to be killed."""
    env = {"FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "s.db")}
    with AppServer(APPS / "multi.py", env=env, handshake=HANDSHAKE) as running:
        yield running


def add(tab: ContinuityPage, text: str) -> None:
    """Type a name and count once."""
    tab.page.get_by_label("Name").fill(text)
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()


def test_kill_and_f5(tab: ContinuityPage, server: StreamlitServer) -> None:
    """F5 after the restart brings everything back."""
    tab.open(server.url)
    add(tab, "Ada")
    server.restart()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")


@pytest.mark.usefixtures("fields_survive_a_restart")
def test_kill_and_go_on_without_f5(tab: ContinuityPage, server: StreamlitServer) -> None:
    """The websocket returns; the next click is one run, and the state is all there."""
    tab.open(server.url)
    add(tab, "Ada")
    with reconnecting(tab):
        server.restart()
    tab.forget_runs()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    assert tab.runs == 1
    expect(tab.page.get_by_text("count is 2")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")


@pytest.mark.usefixtures("fields_survive_a_restart")
def test_the_last_keystroke_before_the_reconnect_is_kept(
    tab: ContinuityPage, server: StreamlitServer
) -> None:
    """What the browser sends with the first run after a restart beats the stored value, and is stored."""
    tab.open(server.url)
    add(tab, "Ada")
    with reconnecting(tab):
        server.restart()
    tab.page.get_by_label("Name").fill("Grace")
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()
    expect(tab.page.get_by_label("Name")).to_have_value("Grace")
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_label("Name")).to_have_value("Grace")
    expect(tab.page.get_by_text("count is 1")).to_be_visible()


def test_a_restart_after_f5_and_one_after_a_link_are_the_same(
    tab: ContinuityPage, server: StreamlitServer
) -> None:
    """The bridge never answered on a page that came by link: it is asked, and the state comes back.

    The browser has the name in a field of its own; the count was with the server alone. The press after the
    restart may come too early to count, but never begins from nothing.
    """
    tab.open(server.url)
    add(tab, "Ada")
    add(tab, "Ada")
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()
    sid = tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")
    tab.open(f"{server.url}/?fluxlit_sid={sid}")
    assert tab.runs == 1
    with reconnecting(tab):
        server.restart()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    expect(tab.page.get_by_text(re.compile(r"count is [23]$"))).to_be_visible()


def test_an_edit_after_a_restart_stays_in_its_record(tab: ContinuityPage, tmp_path: Path) -> None:
    """What was typed before the restart goes with its field, and is not saved into the next record."""

    def press(name: str) -> None:
        tab.page.get_by_role("button", name=name).click()
        tab.rest()

    env = {"FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "books.db")}
    with AppServer(APPS / "books.py", env=env, handshake=HANDSHAKE) as server:
        tab.open(server.url)
        press("Edit 1")
        tab.page.get_by_label("Title").fill("Uno")
        tab.page.get_by_label("Title").press("Tab")
        tab.rest()
        with reconnecting(tab):
            server.restart()
        tab.page.get_by_text("Sure").click()
        tab.rest()
        press("Save")
        press("Edit 2")
        expect(tab.page.get_by_label("Title")).to_have_value("Two")
        press("Save")
        expect(tab.page.get_by_text("books are Uno, Two")).to_be_visible()
