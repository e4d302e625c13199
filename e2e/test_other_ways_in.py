"""The other ways to use it: the original functions, without `with`, fragments, several apps at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import type_in
from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]


def press(tab: ContinuityPage, name: str) -> None:
    """Press a button."""
    tab.page.get_by_role("button", name=name).click()
    tab.rest()


def test_the_original_functions_survive_f5_over_the_bridge(tab: ContinuityPage, serve: Serve) -> None:
    """ensure, hydrate, persist: nothing in the URL, the same counts as `url_session`."""
    tab.open(serve("original.py").url)
    assert tab.runs == PAGE_LOAD
    press(tab, "Add")
    press(tab, "Add")
    type_in(tab, "Name", "Ada")
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_text("count is 2")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    expect(tab.page.get_by_text("id has 43 characters")).to_be_visible()
    assert "fluxlit_sid" not in tab.page.url


def test_without_with_the_page_load_asks_for_what_the_last_run_changed(
    tab: ContinuityPage, serve: Serve
) -> None:
    """It is written at the start of the next run, or as here when the page is loaded anew."""
    tab.open(serve("bare.py").url)
    press(tab, "Add")
    press(tab, "Add")
    type_in(tab, "Name", "Ada")
    press(tab, "Add")
    tab.reload()
    expect(tab.page.get_by_text("count is 3")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
