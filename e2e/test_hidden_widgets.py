"""`keep_hidden=True`: a widget that is hidden and shown again keeps its value, also over F5."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import type_in
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]


def toggle(tab: ContinuityPage) -> None:
    """Tick or untick "Show"."""
    tab.page.get_by_text("Show", exact=True).click()
    tab.rest()


def test_a_hidden_widget_keeps_its_value(tab: ContinuityPage, serve: Serve) -> None:
    """Streamlit drops it; the app has asked for it to be kept."""
    tab.open(serve("widgets.py").url)
    type_in(tab, "Hidden at times", "kept")
    toggle(tab)
    expect(tab.page.get_by_text("hidden is kept")).to_be_visible()
    toggle(tab)
    expect(tab.page.get_by_label("Hidden at times")).to_have_value("kept")


def test_a_widget_hidden_over_f5_keeps_its_value(tab: ContinuityPage, serve: Serve) -> None:
    """Restored while hidden, drawn only some runs later."""
    tab.open(serve("widgets.py").url)
    type_in(tab, "Hidden at times", "kept")
    type_in(tab, "Number at times", "42")
    toggle(tab)
    tab.reload()
    type_in(tab, "Always", "something else")
    toggle(tab)
    expect(tab.page.get_by_label("Hidden at times")).to_have_value("kept")
    expect(tab.page.get_by_label("Number at times")).to_have_value("42")


def test_the_last_edit_wins_over_what_was_restored(tab: ContinuityPage, serve: Serve) -> None:
    """Restored, edited, hidden, shown, reloaded: never the older value."""
    tab.open(serve("widgets.py").url)
    type_in(tab, "Hidden at times", "old")
    tab.reload()
    expect(tab.page.get_by_label("Hidden at times")).to_have_value("old")
    type_in(tab, "Hidden at times", "new")
    toggle(tab)
    expect(tab.page.get_by_text("hidden is new")).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_text("hidden is new")).to_be_visible()
    toggle(tab)
    expect(tab.page.get_by_label("Hidden at times")).to_have_value("new")


def test_an_emptied_field_stays_empty(tab: ContinuityPage, serve: Serve) -> None:
    """Empty is a value."""
    tab.open(serve("widgets.py").url)
    type_in(tab, "Always", "something")
    type_in(tab, "Always", "")
    tab.reload()
    expect(tab.page.get_by_label("Always")).to_have_value("")
