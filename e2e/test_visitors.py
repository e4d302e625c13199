"""What one visitor does is nobody else's business."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]


def expect_alone(tab: ContinuityPage, name: str, count: int) -> None:
    """The tab shows what was done in it, and only that."""
    expect(tab.page.get_by_label("Name")).to_have_value(name)
    expect(tab.page.get_by_text(f"count is {count}")).to_be_visible()


def use_at_once(tabs: dict[str, ContinuityPage]) -> None:
    """Type and click in all tabs without waiting for one before the next: their runs overlap.

    The first one clicks once, the second twice, and so on.
    """
    for name, tab in tabs.items():
        tab.page.get_by_label("Name").fill(name)
        tab.page.get_by_label("Name").press("Tab")
    for tab in tabs.values():
        tab.rest()
    for first in range(len(tabs)):
        late = list(tabs.values())[first:]
        for tab in late:
            tab.page.get_by_role("button", name="Add", exact=True).click()
        for tab in late:
            tab.rest()


def expect_apart(tabs: dict[str, ContinuityPage]) -> None:
    """All of them at once: before F5, and after they were all reloaded together."""
    for count, (name, tab) in enumerate(tabs.items(), 1):
        expect_alone(tab, name, count)
    for tab in tabs.values():
        tab.page.evaluate("setTimeout(() => location.reload())")
    for count, (name, tab) in enumerate(tabs.items(), 1):
        expect(tab.page.get_by_text("new False")).to_be_visible()
        expect_alone(tab, name, count)
    sids = {tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')") for tab in tabs.values()}
    assert len(sids) == len(tabs)


def test_visitors_are_apart(new_tab: NewTab, serve: Serve) -> None:
    """Three browsers that type, click and reload at the same time."""
    url = serve("multi.py").url
    tabs = {name: new_tab() for name in ("Ada", "Grace", "Hedy")}
    for tab in tabs.values():
        tab.open(url)
    use_at_once(tabs)
    expect_apart(tabs)


def test_two_tabs_of_one_visitor_are_apart(tab: ContinuityPage, serve: Serve) -> None:
    """A tab that was opened by typing the address is a session of its own."""
    url = serve("multi.py").url
    second = ContinuityPage(tab.page.context.new_page())
    tab.open(url)
    second.open(url)
    expect(second.page.get_by_text("new True")).to_be_visible()
    tabs = {"Ada": tab, "Grace": second}
    use_at_once(tabs)
    expect_apart(tabs)
