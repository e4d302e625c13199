"""Components v1: the frame is only the messenger. What it started lives in the document, and outlives it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.carrier import PAGE_LOAD
from e2e.servers import AppServer
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]

_SID = "sessionStorage.getItem('fluxlit:fluxlit_sid')"
_HELD = "sought => navigator.locks.query().then(({held}) => held.some(({name}) => name === sought))"

HOME = """
import streamlit as st
from fluxlit_component import url_session

with url_session(keep_hidden=True):
    st.title("Home")
    st.text_input("Name", key="name")
"""
REPORT = """
import streamlit as st
from fluxlit_component import url_session

with url_session(keep_hidden=True):
    st.title("Report")
    st.write(f"name is {st.session_state.get('name')}")
    st.checkbox("Details", key="details")
"""


@pytest.fixture
def url(serve: Serve) -> str:
    """An app that is told to use components v1, whatever the release has."""
    return serve("multi.py", FLUXLIT_TRANSPORT="v1").url


def add(tab: ContinuityPage, count: int) -> None:
    """Count once and see it."""
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
    tab.rest()


def remove_frames(page: Page) -> None:
    """Do what Streamlit does when the element goes: the frame's window and all its timers are gone."""
    frames = page.locator("iframe")
    assert frames.count() == 1
    page.evaluate("document.querySelectorAll('iframe').forEach((frame) => frame.remove())")


def test_the_address_stays_clean_without_the_frame(tab: ContinuityPage, url: str) -> None:
    """The history is still looked after, Back included, and other tabs still see that this one lives."""
    page = tab.page
    tab.open(url)
    add(tab, 1)
    sid = page.evaluate(_SID)
    assert sid
    remove_frames(page)
    page.evaluate("sid => history.pushState({theirs: 1}, '', `/?x=1&fluxlit_sid=${sid}#there`)", sid)
    expect(page).to_have_url(f"{url}/?x=1#there")
    page.evaluate("sid => { location.hash = `fluxlit_sid=${sid}`; }", sid)
    expect(page).to_have_url(f"{url}/?x=1")
    page.wait_for_function(_HELD, arg=f"fluxlit:fluxlit_sid:{sid}")
    tab.reload()
    expect(page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_one_frame_and_one_script(tab: ContinuityPage, url: str) -> None:
    """Over reruns and page changes: the document is never given the bridge twice."""
    page = tab.page
    tab.open(url)
    add(tab, 1)
    for name in ("Report", "Home"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        tab.rest()
    add(tab, 2)
    assert page.locator("iframe").count() == 1
    assert page.locator("script[src*='/component/']").count() == 1


def test_a_page_change_adds_one_entry_to_the_history(tab: ContinuityPage, url: str) -> None:
    """Streamlit would send the frame along, with an entry of its own, and Back would move that."""
    page = tab.page
    tab.open(url)
    length = page.evaluate("history.length")
    page.get_by_role("link", name="Report", exact=True).click()
    tab.rest()
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_the_keyboard_never_gets_into_the_frame(tab: ContinuityPage, url: str) -> None:
    """Once around the page with the Tab key; the frame takes no space either."""
    page = tab.page
    tab.open(url)
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.tagName"))
    assert "INPUT" in seen
    assert "IFRAME" not in seen
    expect(page.locator("iframe")).to_be_hidden()


def test_a_policy_against_blobs_lets_it_through(
    tab: ContinuityPage, url: str, with_header: Callable[[Page, str, str], None]
) -> None:
    """`script-src 'self'` at a proxy: all scripts are files of the app's own server."""
    with_header(tab.page, "content-security-policy", "script-src 'self'")
    tab.open(url)
    expect(tab.page.get_by_text("status ready")).to_be_visible()
    add(tab, 1)
    tab.reload()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert tab.runs == PAGE_LOAD


def test_each_page_may_have_a_frame_of_its_own(tab: ContinuityPage, tmp_path: Path) -> None:
    """Pages as files, each of which calls the session: the frame dies with its page, the session goes on.

    With what the fields of a page hold, for the app asks for it.
    """
    page = tab.page
    (tmp_path / "pages").mkdir()
    (tmp_path / "home.py").write_text(HOME, encoding="utf-8")
    (tmp_path / "pages" / "report.py").write_text(REPORT, encoding="utf-8")
    env = {"FLUXLIT_TRANSPORT": "v1", "FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "s.db")}
    with AppServer(tmp_path / "home.py", env=env) as server:
        tab.open(server.url)
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Name").press("Enter")
        tab.rest()
        page.get_by_test_id("stSidebarNavLink").filter(has_text="report").click()
        expect(page.get_by_text("name is Ada")).to_be_visible()
        tab.rest()
        page.get_by_text("Details").click()
        tab.rest()
        tab.reload()
        expect(page.get_by_text("name is Ada")).to_be_visible()
        expect(page.get_by_role("checkbox", name="Details")).to_be_checked()
        page.get_by_test_id("stSidebarNavLink").filter(has_text="home").click()
        expect(page.get_by_label("Name")).to_have_value("Ada")
        tab.rest()
        server.restart()
        tab.reload()
        expect(page.get_by_label("Name")).to_have_value("Ada")
        assert page.locator("iframe").count() == 1
