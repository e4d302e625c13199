"""The demo: work in it, press F5 on its second page, kill the server, and find everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy

import pytest
import streamlit as st
from playwright.sync_api import expect

import fluxlit_component.demo
from e2e.carrier import HANDSHAKE, PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.skipif(
    not hasattr(st, "space"), reason="the demo is drawn with Streamlit 1.51 or newer"
)
APPS = Path(__file__).parent / "apps"
DEMO = Path(fluxlit_component.demo.__file__).parent / "app.py"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StreamlitServer]:
    """The demo on a store file of its own."""
    with served(DEMO, tmp_path) as running:
        yield running


def served(script: Path, folder: Path) -> StreamlitServer:
    """A server whose sessions are in this folder."""
    env = {"FLUXLIT_SESSION_SQLITE_PATH": str(folder / "s.db")}
    return StreamlitServer(script, env=env, handshake=HANDSHAKE)


def go(tab: ContinuityPage, name: str) -> None:
    """Click a page in the sidebar."""
    tab.page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    tab.rest()


def collect(tab: ContinuityPage, place: str, note: str) -> None:
    """Collect one place with a note, on the first page."""
    page = tab.page
    page.locator(".st-key-explore_pick input").click()
    page.keyboard.type(place)
    page.get_by_role("option", name=place).first.click()
    tab.rest()
    page.locator(".st-key-explore_note").locator("input, textarea").fill(note)
    page.keyboard.press("Tab")
    tab.rest()
    page.get_by_test_id("stBaseButton-primary").click()
    tab.rest()


def test_f5_on_the_second_page_and_a_killed_server(tab: ContinuityPage, server: StreamlitServer) -> None:
    """Filters, a collection with notes, a chat and a form: all there, twice."""
    page = tab.page
    page.set_viewport_size({"width": 1280, "height": 900})
    tab.open(server.url)
    collect(tab, "Tokyo", "cherry trees in April")
    collect(tab, "Nairobi", "call Wanjiru before noon")
    page.locator(".st-key-explore_search input").fill("a")
    page.keyboard.press("Enter")
    tab.rest()
    go(tab, "Notes")
    page.get_by_test_id("stChatInputTextArea").fill("Call Auckland before lunch")
    page.keyboard.press("Enter")
    tab.rest()
    go(tab, "Plan")
    page.locator(".st-key-plan_subject input").fill("Blossom forecast")
    page.get_by_role("button", name="Add to the plan").click()
    tab.rest()
    expect(page.locator("strong", has_text="Blossom forecast")).to_be_visible()
    go(tab, "Collection")
    expect(
        page.get_by_text("cherry trees in April").or_(page.get_by_label("Note on Tokyo")).first
    ).to_be_visible()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    for label, text in (
        ("Note on Tokyo", "cherry trees in April"),
        ("Note on Nairobi", "call Wanjiru before noon"),
    ):
        expect(page.get_by_label(label)).to_have_value(text)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    server.restart()
    tab.reload()
    expect(page.get_by_label("Note on Tokyo")).to_have_value("cherry trees in April")
    go(tab, "Notes")
    expect(page.get_by_text("Call Auckland before lunch")).to_be_visible()
    go(tab, "Plan")
    expect(page.locator("strong", has_text="Blossom forecast")).to_be_visible()
    expect(page.locator(".st-key-plan_subject input")).to_have_value("Blossom forecast")
    go(tab, "Explore")
    expect(page.locator(".st-key-explore_search input")).to_have_value("a")


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[StreamlitServer]:
    """The demo with answers that stop in the middle until a file `go-on` is there."""
    (tmp_path / "views").symlink_to(DEMO.parent / "views")
    with served(copy(APPS / "waiting_demo.py", tmp_path), tmp_path) as running:
        yield running


def test_f5_in_the_middle_of_an_answer(tab: ContinuityPage, waiting: StreamlitServer) -> None:
    """The page "Ask": no word is lost, it goes on while another page is shown, and comes once."""
    page = tab.page
    page.set_viewport_size({"width": 1280, "height": 900})
    tab.open(f"{waiting.url}/ask")
    page.get_by_test_id("stChatInputTextArea").fill("Tell me about Tokyo and Lima")
    page.keyboard.press("Enter")
    beginning, end = page.get_by_text("2 of my places"), page.get_by_text("I shall not lose a word.")
    expect(beginning).to_be_visible()
    page.reload()
    expect(beginning).to_be_visible()
    expect(end).to_have_count(0)
    page.get_by_role("link", name="Notes").click()
    expect(page.get_by_role("heading", name="Notes")).to_be_visible()
    waiting.script.with_name("go-on").touch()
    page.get_by_role("link", name="Ask").click()
    expect(end.first).to_be_visible()
    tab.rest()
    for text in (beginning, end, page.get_by_text("lies in Peru"), page.get_by_text("lies in Japan")):
        expect(text).to_have_count(1)


def test_going_on_elsewhere(
    tab: ContinuityPage, server: StreamlitServer, new_tab: Callable[..., ContinuityPage]
) -> None:
    """A link with a QR code: another device opens it and has the collection."""
    tab.page.set_viewport_size({"width": 1280, "height": 900})
    tab.open(server.url)
    collect(tab, "Tokyo", "cherry trees in April")
    tab.page.get_by_role("button", name="Go on elsewhere").click()
    tab.page.get_by_role("button", name="This session", exact=True).click()
    tab.rest()
    expect(tab.page.get_by_alt_text("QR code of the link")).to_be_visible()
    link = tab.page.get_by_text("#fluxlit_link=").inner_text()
    other = new_tab()
    other.page.set_viewport_size({"width": 1280, "height": 900})
    other.open(link.strip())
    go(other, "Collection")
    expect(other.page.get_by_label("Note on Tokyo")).to_have_value("cherry trees in April")
