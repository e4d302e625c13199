"""After F5 the page is where it was, unless the visitor has other plans; nothing takes the focus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
TOP = "document.querySelector('[data-testid=stMain]').scrollTop"
BRIDGE = {"v2": '[data-testid^="stBidiComponent"]', "v1": '[data-testid="stCustomComponentV1"]'}
"""What Streamlit draws for a component."""
IN_REACH = """
it => {
  const container = it.closest('[data-testid=stElementContainer]')
  return [container, ...container.querySelectorAll('*')].filter(part => {
    part.focus()
    return part.getClientRects().length > 0 || document.activeElement === part
  }).map(part => part.tagName)
}
"""
"""Parts of the bridge's container that take room or the focus."""
WHEEL = """
new MutationObserver((_, observer) => {
  if (![...document.querySelectorAll('p')].some(line => line.textContent === 'line 10')) return
  observer.disconnect()
  const main = document.querySelector('[data-testid=stMain]')
  main.scrollTop = 40
  main.dispatchEvent(new WheelEvent('wheel', {bubbles: true}))
}).observe(document, {childList: true, subtree: true})
"""
"""A visitor who turns the wheel as soon as there are lines: on a busy machine no test is as quick."""


def scroll_to(tab: ContinuityPage, line: int) -> int:
    """Scroll a line into view; return how far the page is scrolled."""
    tab.page.get_by_text(f"line {line}", exact=True).evaluate("it => it.scrollIntoView({block: 'start'})")
    return int(tab.page.evaluate(TOP))


def test_a_reload_keeps_the_scroll_position(tab: ContinuityPage, serve: Serve) -> None:
    """Once the content is there; the focus stays where the browser has it after any reload."""
    tab.open(serve("long.py").url)
    top = scroll_to(tab, 45)
    assert top > 1000
    tab.reload()
    tab.page.wait_for_function(f"top => Math.abs({TOP} - top) < 3", arg=top)
    assert tab.page.evaluate("document.activeElement === document.body")
    assert tab.runs == PAGE_LOAD


def test_what_grows_late_above_the_place_moves_nothing(tab: ContinuityPage, serve: Serve) -> None:
    """A widget's code may come after the place was found again: its placeholder is lower than the widget."""
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    tab.open(serve("long.py").url)
    top = scroll_to(tab, 45)
    tab.page.route("**/TextInput.*", hold)
    tab.page.reload()
    tab.page.wait_for_function(f"top => Math.abs({TOP} - top) < 3", arg=top)
    assert len(late) == 1
    late[0].continue_()
    expect(tab.page.get_by_label("Name")).to_be_attached()
    tab.rest(quiet=1.0)
    assert abs(tab.page.evaluate(TOP) - top) < 3


def test_an_app_that_scrolls_is_left_alone(tab: ContinuityPage, serve: Serve) -> None:
    """Its own scrolling, by a script of its page, comes after ours."""
    tab.open(serve("long.py").url)
    top = scroll_to(tab, 45)
    tab.page.reload()
    tab.page.wait_for_function(f"top => Math.abs({TOP} - top) < 3", arg=top)
    tab.page.evaluate(f"{TOP} = 40")
    tab.rest(quiet=1.5)
    assert tab.page.evaluate(TOP) == 40


def test_a_visitor_who_scrolls_is_left_alone(tab: ContinuityPage, serve: Serve) -> None:
    """The first turn of the wheel ends it."""
    tab.open(serve("long.py").url)
    scroll_to(tab, 45)
    tab.page.add_init_script(WHEEL)
    tab.reload()
    expect(tab.page.get_by_text("line 59", exact=True)).to_be_attached()
    tab.rest(quiet=1.0)
    assert tab.page.evaluate(TOP) == 40


def test_another_page_begins_at_its_top(tab: ContinuityPage, serve: Serve) -> None:
    """The position is that of one page: neither a page change nor a typed address brings it back."""
    url = serve("long.py").url
    tab.open(url)
    scroll_to(tab, 45)
    tab.page.get_by_role("link", name="Short").click()
    expect(tab.page.get_by_text("a short page")).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_text("a short page")).to_be_visible()
    tab.page.get_by_role("link", name="Long").click()
    expect(tab.page.get_by_text("line 59", exact=True)).to_be_attached()
    tab.rest()
    assert tab.page.evaluate(TOP) == pytest.approx(0, abs=3)
    scroll_to(tab, 45)
    tab.open(url)
    assert tab.page.evaluate(TOP) == pytest.approx(0, abs=3)


@pytest.mark.core
@pytest.mark.transport
def test_the_bridge_is_nobody_to_a_screen_reader(tab: ContinuityPage, serve: Serve, transport: str) -> None:
    """Not in the accessibility tree, no room, no focus to be had: the element of v2, the frame of v1."""
    tab.open(serve("long.py").url)
    hosts = tab.page.locator(BRIDGE[transport])
    assert hosts.count() > 0
    for host in hosts.all():
        assert host.evaluate("it => it.closest('[aria-hidden=true]') !== null")
        assert host.evaluate(IN_REACH) == []
    assert (tab.page.locator("iframe").count() > 0) == (transport == "v1")
    assert "iframe" not in tab.page.locator("body").aria_snapshot()
