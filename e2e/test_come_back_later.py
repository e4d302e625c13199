"""`scope="browser"`: a tab opened later goes on where the last one was left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]
OWN = "sessionStorage.getItem('fluxlit:fluxlit_sid')"
SHARED = "localStorage.getItem('fluxlit:fluxlit_sid')"
STORAGES = "JSON.stringify([{...sessionStorage}, {...localStorage}, history.state, document.cookie])"


def tab_in(context: BrowserContext, url: str) -> ContinuityPage:
    """A tab in which somebody typed the address."""
    page = context.new_page()
    page.set_default_timeout(45_000)
    tab = ContinuityPage(page)
    tab.open(url)
    return tab


def add(tab: ContinuityPage, count: int) -> None:
    """Press the button and see the effect."""
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
    tab.rest()


def shut(tab: ContinuityPage) -> None:
    """Close a tab as a person does: it has its last words."""
    with tab.page.expect_event("close"):
        tab.page.close(run_before_unload=True)


def test_a_restarted_browser_goes_on(
    serve: Serve, browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    """The same profile, another process: in two runs, as after F5."""
    url = serve("copies.py", SCOPE="browser").url
    for count in (1, 2):
        context = browser_type.launch_persistent_context(tmp_path / "profile", **browser_type_launch_args)
        tab = tab_in(context, url)
        assert tab.runs == PAGE_LOAD
        add(tab, count)
        context.close()


def test_a_second_living_tab_is_a_copy(serve: Serve, new_tab: NewTab) -> None:
    """It begins with the state of the first one and goes its own way; who is left last is come back to."""
    url = serve("copies.py", SCOPE="browser").url
    first = new_tab()
    first.open(url)
    add(first, 1)
    context, sid = first.page.context, first.page.evaluate(OWN)
    second = tab_in(context, url)
    expect(second.page.get_by_text("count is 1", exact=True)).to_be_visible()
    second.page.wait_for_function(f"old => {OWN} !== old", arg=sid)
    second.rest()
    add(second, 2)
    add(second, 3)
    first.reload()
    expect(first.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert first.page.evaluate(OWN) == sid
    second.page.close()
    shut(first)
    third = tab_in(context, url)
    expect(third.page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_an_ended_session_is_forgotten_everywhere(serve: Serve, new_tab: NewTab) -> None:
    """`destroy()`: neither this tab nor one opened later finds it."""
    url = serve("copies.py", SCOPE="browser").url
    tab = new_tab()
    tab.open(url)
    add(tab, 1)
    add(tab, 2)
    sid = tab.page.evaluate(OWN)
    assert tab.page.evaluate(SHARED) == sid
    tab.page.get_by_role("button", name="End").click()
    tab.rest()
    add(tab, 1)
    assert sid not in tab.page.evaluate(STORAGES)
    context, new = tab.page.context, tab.page.evaluate(OWN)
    shut(tab)
    later = tab_in(context, url)
    expect(later.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert later.page.evaluate(OWN) == new
    assert sid not in later.page.evaluate(STORAGES)


def test_a_tab_by_itself_is_the_default(serve: Serve, new_tab: NewTab) -> None:
    """Nothing is kept beyond the tab, and another one begins anew."""
    url = serve("copies.py").url
    tab = new_tab()
    tab.open(url)
    add(tab, 1)
    assert tab.page.evaluate("localStorage.getItem('fluxlit:fluxlit_sid')") is None
    other = tab_in(tab.page.context, url)
    expect(other.page.get_by_text("count is 0", exact=True)).to_be_visible()
