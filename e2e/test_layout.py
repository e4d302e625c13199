"""The session takes no room: not a pixel, not a line in the accessibility tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport]
Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]

# What the app's sidebar says after F5 of an untouched visit to page one: nobody has chosen anything there.
_RESTORED = "count"

_BOXES = """
() => [...document.querySelectorAll('[data-testid="stApp"] *')].flatMap((element) => {
  const { x, y, width, height } = element.getBoundingClientRect();
  const name = element.dataset.testid ?? element.tagName.toLowerCase();
  return width && height ? [[name, x, y, width, height]] : [];
})
"""

_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.shift += value;
}).observe({ type: "layout-shift", buffered: true });
"""


def boxes(tab: ContinuityPage) -> list[Any]:
    """Name and place of all that takes room, in the order of the document."""
    found: list[Any] = tab.page.evaluate(_BOXES)
    assert len(found) > 100
    return found


def tree(tab: ContinuityPage) -> str:
    """What assistive technology reads, whatever the server's port."""
    return re.sub(r"localhost:\d+", "localhost", tab.page.locator("body").aria_snapshot())


def expect_same(ours: ContinuityPage, without: ContinuityPage) -> None:
    """Both apps have everything at the same place, to the fraction of a pixel, and read the same."""
    for tab in (ours, without):
        expect(tab.page.get_by_text(re.compile("^(slow step|name is)"))).to_be_visible()
        tab.rest()
        tab.page.mouse.move(640, 360)  # else it may be over the sidebar, whose button then shows
        tab.page.evaluate("document.fonts.ready.then(() => null)")
    for _ in range(40):  # what a browser still moves after that is moved soon
        if boxes(ours) == boxes(without):
            break
        ours.page.wait_for_timeout(250)
    assert boxes(ours) == boxes(without)
    assert tree(ours) == tree(without)


@pytest.mark.parametrize("path", ["/", "/report"])
def test_a_new_visitor_sees_the_app_as_it_is_without_us(new_tab: NewTab, serve: Serve, path: str) -> None:
    """Each visible box is where it is in the app without the session."""
    ours, without = new_tab(), new_tab()
    ours.open(serve("multi.py").url + path)
    without.open(serve("plain.py").url + path)
    expect_same(ours, without)


def test_the_app_after_a_page_change_is_as_it_is_without_us(new_tab: NewTab, serve: Serve) -> None:
    """On page two, and back on page one."""
    ours, without = new_tab(), new_tab()
    for tab, app in ((ours, "multi.py"), (without, "plain.py")):
        tab.open(serve(app).url)
        tab.page.get_by_role("link", name="Report", exact=True).click()
        tab.rest()
        expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    expect_same(ours, without)
    for tab in (ours, without):
        tab.page.get_by_role("link", name="Home", exact=True).click()
        tab.rest()
        expect(tab.page.get_by_role("heading", name="Home")).to_be_visible()
    expect_same(ours, without)


def test_the_app_after_f5_and_by_link_is_as_it_is_without_us(new_tab: NewTab, serve: Serve) -> None:
    """Gated after F5, in one run by a link."""
    ours, without, linked = new_tab(), new_tab(), new_tab()
    url = serve("multi.py").url
    ours.open(url)
    ours.reload()
    without.open(serve("plain.py", E2E_RESTORED=_RESTORED).url)
    expect_same(ours, without)
    sid = ours.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")
    linked.open(f"{url}/?fluxlit_sid={sid}")
    assert linked.runs == 1
    expect_same(linked, without)


def test_nothing_moves_more_than_without_us(new_tab: NewTab, serve: Serve) -> None:
    """The browser's own sum of layout shifts: first visit, F5, page two."""

    def shifts(url: str) -> list[float]:
        tab = new_tab(alone=True)  # both load what they draw with anew
        tab.page.add_init_script(_SHIFTS)
        seen = []
        tab.open(url)
        seen.append(tab.page.evaluate("shift"))
        tab.reload()
        seen.append(tab.page.evaluate("shift"))
        tab.page.get_by_role("link", name="Report", exact=True).click()
        tab.rest()
        seen.append(tab.page.evaluate("shift"))
        return seen

    seen = []
    # Streamlit's own loading varies from visit to visit, by 0.014 on a busy machine; a gap of 16 px would be
    # 0.02, and there each time.
    for _ in range(3):
        ours, without = shifts(serve("multi.py").url), shifts(serve("plain.py").url)
        seen.append([a - b for a, b in zip(ours, without, strict=True)])
        if all(min(step) < 0.01 for step in zip(*seen, strict=True)):
            return
    pytest.fail(f"the page moves more with the session than without: {seen}")
