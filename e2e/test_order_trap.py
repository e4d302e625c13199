"""The session before `st.navigation`: a page other than the first is not lost, nor is its state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]


def add(tab: ContinuityPage) -> None:
    """Count once."""
    tab.page.get_by_role("button", name="Add").click()
    tab.rest()


def settled(tab: ContinuityPage) -> None:
    """Wait until the session is there and nothing goes on."""
    expect(tab.page.get_by_text("status ready")).to_be_visible()
    tab.rest()


def expect_report(tab: ContinuityPage, url: str, *, count: int) -> None:
    """Page two, in the address and on the screen."""
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    expect(tab.page.get_by_text(f"count is {count}")).to_be_visible()
    assert tab.page.url == f"{url}/report"


def test_a_new_visitor_stays_on_page_two(tab: ContinuityPage, serve: Serve) -> None:
    """On either carrier, and the session is there."""
    url = serve("trap.py").url
    tab.open(f"{url}/report")
    settled(tab)
    assert tab.runs == PAGE_LOAD
    expect_report(tab, url, count=0)


def test_f5_on_page_two_stays_there_and_brings_the_state_back(tab: ContinuityPage, serve: Serve) -> None:
    """Stored values win over the defaults that the app sets, now and after another F5."""
    url = serve("trap.py").url
    tab.open(f"{url}/report")
    settled(tab)
    add(tab)
    add(tab)
    tab.page.get_by_label("Comment").fill("fine")
    tab.page.get_by_label("Comment").press("Tab")
    tab.rest()
    for _ in range(2):
        tab.reload()
        settled(tab)
        assert tab.runs == PAGE_LOAD
        expect_report(tab, url, count=2)
        expect(tab.page.get_by_label("Comment")).to_have_value("fine")


def test_an_answer_before_the_pages_are_known_does_not_lose_the_page(
    tab: ContinuityPage, serve: Serve
) -> None:
    """The bridge is faster than an app that loads something first: its answer cuts the first run off."""
    url = serve("trap.py", E2E_LOADING="1").url
    tab.open(f"{url}/report")
    settled(tab)
    assert tab.runs == PAGE_LOAD
    expect_report(tab, url, count=0)
    add(tab)
    tab.reload()
    settled(tab)
    expect_report(tab, url, count=1)


def test_page_one_is_gated_as_ever(tab: ContinuityPage, serve: Serve) -> None:
    """There is no page to lose."""
    tab.open(serve("trap.py").url)
    add(tab)
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_role("heading", name="Home")).to_be_visible()
    expect(tab.page.get_by_text("count is 1")).to_be_visible()


def test_the_pages_share_the_state(tab: ContinuityPage, serve: Serve) -> None:
    """Counted on page one, reloaded on page two, counted there, back, reloaded."""
    url = serve("trap.py").url
    tab.open(url)
    add(tab)
    tab.page.get_by_role("link", name="Report").click()
    expect_report(tab, url, count=1)
    tab.rest()
    tab.reload()
    settled(tab)
    expect_report(tab, url, count=1)
    add(tab)
    tab.page.go_back()
    tab.rest()
    expect(tab.page.get_by_text("count is 2")).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_role("heading", name="Home")).to_be_visible()
    expect(tab.page.get_by_text("count is 2")).to_be_visible()


def test_a_link_to_page_two_takes_one_run(
    tab: ContinuityPage, new_tab: Callable[..., ContinuityPage], serve: Serve
) -> None:
    """The first run knows the id, so there is nothing to wait for."""
    url = serve("trap.py").url
    tab.open(f"{url}/report")
    settled(tab)
    add(tab)
    sid = tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")
    other = new_tab()
    other.open(f"{url}/report?fluxlit_sid={sid}")
    assert other.runs == 1
    expect_report(other, url, count=1)
