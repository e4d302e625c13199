"""After F5 the page is where it was, unless the visitor has other plans; nothing takes the focus."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
TOP = "document.querySelector('.stMain')?.scrollTop ?? 0"
AT_BOTTOM = """
(({scrollTop, scrollHeight, clientHeight}) =>
  scrollTop > 1000 && scrollHeight - clientHeight - scrollTop < 2)(document.querySelector('.stMain'))
"""
BRIDGE = {"v2": '[data-testid^="stBidiComponent"]', "v1": '[data-testid="stCustomComponentV1"]'}
"""What Streamlit draws for a component."""
MET = 'window[Symbol.for("fluxlit.page")]?.size > 0'
"""The bridge is there."""
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
    """Scroll a line into view, once all there is has its room; return how far the page is scrolled."""
    expect(tab.page.get_by_test_id("stSkeleton")).to_have_count(0)
    tab.page.get_by_text(f"line {line}", exact=True).evaluate("it => it.scrollIntoView({block: 'start'})")
    return int(tab.page.evaluate(TOP))


def until_at(tab: ContinuityPage, top: int) -> None:
    """Wait until the page is scrolled as far as that."""
    for _ in range(900):
        if abs(tab.page.evaluate(TOP) - top) < 3:
            break
        tab.page.wait_for_timeout(50)
    assert tab.page.evaluate(TOP) == pytest.approx(top, abs=3)


def test_a_reload_keeps_the_scroll_position(tab: ContinuityPage, serve: Serve) -> None:
    """Once the content is there; the focus stays where the browser has it after any reload."""
    tab.open(serve("long.py").url)
    top = scroll_to(tab, 45)
    assert top > 1000
    tab.reload()
    until_at(tab, top)
    assert tab.page.evaluate("document.activeElement === document.body")
    assert tab.runs == PAGE_LOAD


@pytest.mark.parametrize("handshake", [True, False], ids=["handshake", "component"])
def test_f5_before_the_content_is_there(tab: ContinuityPage, serve: Serve, *, handshake: bool) -> None:
    """An impatient visitor presses it again, while the page waits for what it is to be scrolled to."""
    tab.open(serve("long.py", handshake=handshake).url)
    top = scroll_to(tab, 45)
    for _ in range(2):
        tab.page.reload(wait_until="commit")
        tab.page.wait_for_function(MET)
    tab.page.reload()
    until_at(tab, top)


@pytest.mark.parametrize("handshake", [True, False], ids=["handshake", "component"])
def test_an_anchor_in_the_address(tab: ContinuityPage, serve: Serve, *, handshake: bool) -> None:
    """Rerun leaves the page where it is, so F5 does not jump to the anchor either."""
    tab.open(serve("long.py", handshake=handshake).url)
    tab.page.get_by_role("link", name="To the middle").click()
    expect(tab.page).to_have_url(re.compile("#middle$"))
    tab.page.wait_for_function(f"({TOP}) > 500")
    tab.rest(quiet=1.0)
    top = scroll_to(tab, 45)
    for _ in range(2):
        tab.reload()
        until_at(tab, top)
        tab.rest(quiet=1.5)
        until_at(tab, top)


def test_what_grows_late_above_the_place_moves_nothing(tab: ContinuityPage, serve: Serve) -> None:
    """A widget's code may come after the place was found again: its placeholder is lower than the widget."""
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    tab.open(serve("long.py").url)
    top = scroll_to(tab, 45)
    tab.page.route("**/TextInput.*", hold)
    tab.page.reload()
    until_at(tab, top)
    assert len(late) == 1
    late[0].continue_()
    expect(tab.page.get_by_label("Name")).to_be_attached()
    tab.rest(quiet=1.0)
    assert abs(tab.page.evaluate(TOP) - top) < 3


def test_lines_that_come_late_are_waited_for(tab: ContinuityPage, serve: Serve) -> None:
    """They come with a fragment's second run, long after the page was at rest."""
    tab.open(serve("late_lines.py").url)
    expect(tab.page.get_by_text("line 59", exact=True)).to_be_attached()
    top = scroll_to(tab, 30)
    assert top > 500
    tab.page.reload()
    expect(tab.page.get_by_text("loading")).to_be_visible()
    until_at(tab, top)


@pytest.mark.transport
def test_a_chat_is_at_its_bottom_unless_the_visitor_reads_above(tab: ContinuityPage, serve: Serve) -> None:
    """Streamlit takes a new page to the bottom. So it should, if the visitor was there before."""
    tab.open(serve("long_chat.py").url)
    tab.page.wait_for_function(AT_BOTTOM)
    before = tab.page.evaluate(TOP)
    tab.reload()
    tab.page.wait_for_function(AT_BOTTOM)
    tab.rest(quiet=2.0)
    assert tab.page.evaluate(AT_BOTTOM)
    assert tab.page.evaluate(TOP) > before + 500
    tab.page.mouse.move(400, 300)
    tab.page.mouse.wheel(0, -2000)
    tab.page.wait_for_function(f"!({AT_BOTTOM})")
    tab.rest(quiet=1.0)
    top = tab.page.evaluate(TOP)
    tab.page.mouse.move(10, 10)
    tab.page.reload()
    tab.page.wait_for_function(AT_BOTTOM)
    until_at(tab, top)
    tab.rest(quiet=2.0)
    assert abs(tab.page.evaluate(TOP) - top) < 3


def test_an_app_that_scrolls_is_left_alone(tab: ContinuityPage, serve: Serve) -> None:
    """Its own scrolling, by a script of its page, comes after ours."""
    tab.open(serve("long.py").url)
    top = scroll_to(tab, 45)
    tab.page.reload()
    until_at(tab, top)
    tab.page.evaluate("document.querySelector('.stMain').scrollTop = 40")
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
