"""Rotate, destroy, clear: what they end is ended, what they keep is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]


def sid_of(tab: ContinuityPage) -> str:
    """The id that the tab remembers."""
    return str(tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')"))


def begin(tab: ContinuityPage, url: str) -> str:
    """A session with a name and a count of 1."""
    tab.open(url)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    return sid_of(tab)


def press(tab: ContinuityPage, name: str) -> None:
    """Press a button of the sidebar."""
    tab.page.get_by_role("button", name=name).click()
    tab.rest()


def test_rotate_keeps_the_data_under_a_new_id(
    tab: ContinuityPage, serve: Serve, new_tab: Callable[..., ContinuityPage]
) -> None:
    """After the bridge has confirmed, the old id opens nothing."""
    url = serve("multi.py").url
    old = begin(tab, url)
    press(tab, "Rotate")
    tab.page.wait_for_function("old => sessionStorage.getItem('fluxlit:fluxlit_sid') !== old", arg=old)
    new = sid_of(tab)
    tab.rest(quiet=1.0)
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    tab.reload()
    assert sid_of(tab) == new
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    thief = new_tab()
    thief.open(f"{url}/?fluxlit_sid={old}")
    expect(thief.page.get_by_text("count is 0")).to_be_visible()
    assert sid_of(thief) not in {old, new}


def test_destroy_forgets_everything(
    tab: ContinuityPage, serve: Serve, new_tab: Callable[..., ContinuityPage]
) -> None:
    """A new id, defaults after F5, and the old id opens nothing."""
    url = serve("multi.py").url
    old = begin(tab, url)
    press(tab, "Destroy")
    press(tab, "Clear")  # any next run
    assert sid_of(tab) != old
    tab.reload()
    expect(tab.page.get_by_text("count is 0")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("")
    other = new_tab()
    other.open(f"{url}/?fluxlit_sid={old}")
    expect(other.page.get_by_text("count is 0")).to_be_visible()


def test_f5_right_after_destroy_finds_nothing(tab: ContinuityPage, serve: Serve) -> None:
    """The browser still proposes the old id; the store knows that it is dead."""
    old = begin(tab, serve("multi.py").url)
    press(tab, "Destroy")
    tab.reload()
    expect(tab.page.get_by_text("count is 0")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("")
    assert sid_of(tab) != old


def test_a_second_tab_cannot_revive_a_destroyed_session(
    tab: ContinuityPage, serve: Serve, new_tab: Callable[..., ContinuityPage]
) -> None:
    """Its next write finds the record destroyed; it begins anew as well."""
    url = serve("multi.py").url
    old = begin(tab, url)
    second = new_tab()
    second.open(f"{url}/?fluxlit_sid={old}")
    expect(second.page.get_by_text("count is 1")).to_be_visible()
    press(tab, "Destroy")
    second.page.get_by_role("button", name="Add", exact=True).click()
    second.rest()
    third = new_tab()
    third.open(f"{url}/?fluxlit_sid={old}")
    expect(third.page.get_by_text("count is 0")).to_be_visible()
    second.reload()
    assert sid_of(second) != old


def test_clear_empties_the_state_and_keeps_the_id(tab: ContinuityPage, serve: Serve) -> None:
    """Also what the widgets on the page still show does not come back."""
    old = begin(tab, serve("multi.py").url)
    press(tab, "Clear")
    assert sid_of(tab) == old
    tab.reload()
    expect(tab.page.get_by_text("count is 0")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("")
