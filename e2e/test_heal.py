"""A record that holds what Streamlit forbids costs that key, not the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core


def test_a_restored_button_neither_crashes_nor_clicks(
    tab: ContinuityPage, serve: Callable[..., StreamlitServer]
) -> None:
    """A stored True for a button, a string for a date, an option that is gone; the good key is there."""
    tab.open(serve("heal.py").url)
    tab.page.get_by_role("button", name="Poison").click()
    tab.rest()
    tab.reload()
    page = tab.page
    expect(page.get_by_text("good is fine")).to_be_visible()
    expect(page.get_by_text("went is False")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.get_by_role("button", name="Go").click()
    tab.rest()
    expect(page.get_by_text("went is True")).to_be_visible()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(page.get_by_text("good is fine")).to_be_visible()
    expect(page.get_by_text("went is True")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
