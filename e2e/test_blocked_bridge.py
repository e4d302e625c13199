"""A bridge that cannot answer, or answers late, never costs the visitor the app."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport]
Serve = Callable[..., StreamlitServer]


@pytest.fixture
def blocked(
    tab: ContinuityPage, with_header: Callable[[Page, str, str], None], transport: str
) -> ContinuityPage:
    """A tab that lets no bridge in: a policy against blobs (v2), a proxy that eats the component (v1)."""
    if transport == "v2":
        policy = "script-src 'self' 'unsafe-inline' 'unsafe-eval'"
        with_header(tab.page, "content-security-policy", policy)
    else:
        tab.page.route("**/component/**", lambda route: route.abort())
    return tab


def type_name(tab: ContinuityPage, name: str) -> None:
    """Type and leave the field."""
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()


def add(tab: ContinuityPage) -> None:
    """Count once."""
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()


def expect_pending(page: Page) -> None:
    """The app is there, works from its defaults, and shows nothing of our trouble."""
    expect(page.get_by_text("status pending")).to_be_visible()
    expect(page.get_by_text("count is 0")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("seconds", ["3", "0.5", "0"])
def test_the_app_appears_without_the_bridge(
    blocked: ContinuityPage, new_tab: Callable[..., ContinuityPage], serve: Serve, seconds: str
) -> None:
    """After three seconds by default, sooner if told so; it works, and says in the log what is wrong."""
    server = serve("multi.py", handshake=False, FLUXLIT_GATE_SECONDS=seconds)
    new_tab().open(server.url)  # a server's very first visitor also waits for its imports
    blocked.page.goto(server.url)
    expect_pending(blocked.page)
    type_name(blocked, "Ada")
    add(blocked)
    expect(blocked.page.get_by_text("count is 1")).to_be_visible()
    expect(blocked.page.get_by_label("Name")).to_have_value("Ada")
    assert "the browser has not answered" in server.log


def test_the_gate_ends_once(blocked: ContinuityPage, serve: Serve) -> None:
    """The timer that ends the wait is gone with it: the app is left alone afterwards."""
    server = serve("multi.py", handshake=False, FLUXLIT_GATE_SECONDS="0.5")
    blocked.page.goto(server.url)
    expect_pending(blocked.page)
    blocked.rest()
    assert blocked.runs == 3, "one gated, the timer's, one full"
    blocked.forget_runs()
    blocked.rest(quiet=2)
    assert (blocked.runs, blocked.fragment_runs) == (0, 0)


def test_page_two_appears_without_the_bridge(blocked: ContinuityPage, serve: Serve) -> None:
    """Page changes and F5 go on, without a gate that would never open."""
    url = serve("multi.py", handshake=False, FLUXLIT_GATE_SECONDS="0.5").url
    blocked.page.goto(f"{url}/report")
    expect(blocked.page.get_by_role("heading", name="Report")).to_be_visible()
    blocked.rest()
    blocked.page.get_by_role("link", name="Home", exact=True).click()
    blocked.rest()
    expect_pending(blocked.page)
    blocked.page.reload()
    expect_pending(blocked.page)


def test_a_late_answer_brings_the_state_back(tab: ContinuityPage, serve: Serve, hold: str) -> None:
    """What was stored returns, and what the visitor has typed meanwhile stays."""
    page = tab.page
    tab.open(serve("multi.py", handshake=False, FLUXLIT_GATE_SECONDS="0.5").url)
    type_name(tab, "Ada")
    page.get_by_text("Agree").click()
    tab.rest()
    add(tab)
    add(tab)
    page.add_init_script(hold)
    page.reload()
    expect_pending(page)
    type_name(tab, "Grace")
    expect(page.get_by_text("status pending")).to_be_visible()
    page.evaluate("letGo()")
    expect(page.get_by_text("status ready")).to_be_visible()
    expect(page.get_by_text("count is 2")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Agree")).to_be_checked()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    tab.rest()
    page.reload()
    page.evaluate("letGo()")
    expect(page.get_by_text("count is 2")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Grace")


def test_a_late_answer_finds_page_two(tab: ContinuityPage, serve: Serve, hold: str) -> None:
    """State and kept fields come back on the page that the visitor has gone to meanwhile."""
    page = tab.page
    tab.open(serve("multi.py", handshake=False, FLUXLIT_GATE_SECONDS="0.5", E2E_KEEP_HIDDEN="1").url)
    type_name(tab, "Ada")
    add(tab)
    page.add_init_script(hold)
    page.reload()
    expect_pending(page)
    page.get_by_role("link", name="Report", exact=True).click()
    tab.rest()
    page.evaluate("letGo()")
    expect(page.get_by_text("name is Ada")).to_be_visible()
    expect(page.get_by_text("count is 1")).to_be_visible()
    expect(page.get_by_role("heading", name="Report")).to_be_visible()


def test_a_new_visitor_keeps_what_came_before_a_late_answer(
    tab: ContinuityPage, serve: Serve, hold: str
) -> None:
    """Typed and counted while pending, saved once the id is settled."""
    page = tab.page
    page.add_init_script(hold)
    page.goto(serve("multi.py", handshake=False, FLUXLIT_GATE_SECONDS="0.5").url)
    expect_pending(page)
    type_name(tab, "Ada")
    add(tab)
    page.evaluate("letGo()")
    expect(page.get_by_text("status ready")).to_be_visible()
    tab.rest()
    page.reload()
    page.evaluate("letGo()")
    expect(page.get_by_text("count is 1")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Ada")
