"""A state that breaks the app: after two failed page loads there is a button beside the error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport]
Serve = Callable[..., StreamlitServer]
MOST_STOPS = 20


def error_of(tab: ContinuityPage) -> Locator:
    """What Streamlit shows of a script that failed."""
    return tab.page.get_by_test_id("stException")


def way_out(tab: ContinuityPage) -> Locator:
    """The button, as a screen reader finds it."""
    return tab.page.get_by_role("button", name="Start afresh", exact=True)


def enter(tab: ContinuityPage, label: str, text: str) -> None:
    """Fill in a field."""
    tab.page.get_by_label(label).fill(text)
    tab.page.get_by_label(label).press("Enter")
    tab.rest()


def poison(tab: ContinuityPage, url: str) -> None:
    """Enter what the app cannot live with, after something that it can."""
    tab.open(url)
    enter(tab, "Note", "precious")
    enter(tab, "Amount", "1")
    expect(tab.page.get_by_text("twice is 2")).to_be_visible()
    enter(tab, "Amount", "many")
    expect(error_of(tab)).to_be_visible()
    expect(way_out(tab)).to_have_count(0)


def is_focused(button: Locator) -> bool:
    """Whether the keyboard is on it."""
    return bool(button.evaluate("button => button === document.activeElement"))


def take_by_keyboard(tab: ContinuityPage) -> None:
    """Go to the button with the Tab key, and press it."""
    for _ in range(MOST_STOPS):
        tab.page.keyboard.press("Tab")
        if is_focused(way_out(tab)):
            break
    assert is_focused(way_out(tab))
    tab.page.keyboard.press("Enter")
    expect(way_out(tab)).to_have_count(0)


def expect_a_fresh_start(tab: ContinuityPage) -> None:
    """The app's defaults, in the fields of the page too."""
    expect(tab.page.get_by_text("twice is 0")).to_be_visible()
    expect(error_of(tab)).to_have_count(0)
    for label in ("Note", "Amount"):
        expect(tab.page.get_by_label(label)).to_have_value("")
    tab.rest()


@pytest.mark.few
@pytest.mark.parametrize("where", ["below", "bare"])
def test_after_two_page_loads(tab: ContinuityPage, serve: Serve, where: str) -> None:
    """Below the block, or without one, too. Taken by keyboard, it ends the session; F5 finds the new one."""
    url = serve("fragile.py", WHERE=where).url
    poison(tab, url)
    tab.reload()
    expect(error_of(tab)).to_be_visible()
    expect(way_out(tab)).to_have_count(0)
    tab.reload()
    expect(error_of(tab)).to_be_visible()
    expect(way_out(tab)).to_be_visible()
    button, error = way_out(tab).bounding_box(), error_of(tab).bounding_box()
    assert button is not None
    assert error is not None
    assert 0 <= error["y"] - (button["y"] + button["height"]) < 40, "it is beside the error"
    address, old = tab.page.url, tab.session_id()
    take_by_keyboard(tab)
    expect_a_fresh_start(tab)
    assert tab.page.url == address == f"{url}/"
    enter(tab, "Amount", "4")
    expect(tab.page.get_by_text("keys amount note")).to_be_visible()
    assert tab.session_id() != old
    tab.reload()
    expect(tab.page.get_by_text("twice is 8")).to_be_visible()
    expect(tab.page.get_by_label("Note")).to_have_value("")


def test_the_whole_browser(tab: ContinuityPage, serve: Serve, new_tab: Callable[..., ContinuityPage]) -> None:
    """`scope="browser"`: closing the tab is no way out, so that a tab opened later counts."""
    url = serve("fragile.py", SCOPE="browser").url
    poison(tab, url)
    context = tab.page.context
    tab.reload()
    old = tab.session_id()
    tab.page.close()
    later = ContinuityPage(context.new_page())
    later.open(url)
    expect(error_of(later)).to_be_visible()
    way_out(later).click()
    expect(way_out(later)).to_have_count(0)
    expect_a_fresh_start(later)
    later.page.close()
    last = ContinuityPage(context.new_page())
    last.open(url)
    expect_a_fresh_start(last)
    thief = new_tab()
    thief.open(f"{url}/?fluxlit_sid={old}")
    expect_a_fresh_start(thief)


def test_over_a_restart(tab: ContinuityPage, serve: Serve) -> None:
    """A page load before it and one after it are two in a row."""
    server = serve("fragile.py")
    poison(tab, server.url)
    tab.reload()
    expect(error_of(tab)).to_be_visible()
    server.restart()
    tab.reload()
    expect(error_of(tab)).to_be_visible()
    take_by_keyboard(tab)
    expect_a_fresh_start(tab)
    enter(tab, "Amount", "4")
    server.restart()
    tab.reload()
    expect(tab.page.get_by_text("twice is 8")).to_be_visible()
    expect(way_out(tab)).to_have_count(0)
