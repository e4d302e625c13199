"""Widgets that Streamlit itself remembers, beside ours: who wins, and that nothing breaks."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
import streamlit as st
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
pytestmark = pytest.mark.skipif(
    not {"bind", "persist_state"} <= inspect.signature(st.text_input).parameters.keys(),
    reason=f"Streamlit {st.__version__} has no bind= and persist_state=",
)
LABELS = ("Bound", "For the page", "For the session", "Ours")


@pytest.fixture
def url(tab: ContinuityPage, serve: Serve) -> str:
    """The app, with something typed into each widget."""
    url = serve("living.py").url
    tab.open(url)
    for label in LABELS:
        field = tab.page.get_by_label(label, exact=True)
        field.fill(label.lower())
        field.press("Enter")
        tab.rest()
    return url


def shows(tab: ContinuityPage, **other: str) -> None:
    """Each widget shows what was typed, but for those named; the app sees the same; nothing failed."""
    for label in LABELS:
        expected = other.get(label, label.lower())
        expect(tab.page.get_by_label(label, exact=True)).to_have_value(expected)
    expect(tab.page.get_by_text(f"bound is {other.get('Bound', 'bound')}", exact=True)).to_be_visible()
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def go(tab: ContinuityPage, name: str) -> None:
    """Click a page in the sidebar."""
    tab.page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    tab.rest()


def test_f5_hiding_and_other_pages(tab: ContinuityPage, url: str) -> None:
    """Each as it says of itself: `persist_state="page"` is forgotten on a page switch."""
    expect(tab.page).to_have_url(f"{url}/?bound=bound")
    tab.reload()
    assert tab.runs == PAGE_LOAD
    shows(tab)
    for _ in range(2):
        tab.page.get_by_text("Hide", exact=True).click()
        tab.rest()
    shows(tab)
    tab.reload()
    shows(tab)
    go(tab, "Other")
    go(tab, "Home")
    shows(tab, **{"For the page": ""})
    tab.reload()
    shows(tab, **{"For the page": ""})


def test_an_untouched_field_is_known_on_another_page(tab: ContinuityPage, serve: Serve) -> None:
    """F5, then at once the other page: it has the default of a field that Streamlit keeps, as after R."""
    tab.open(serve("living.py").url)
    tab.page.get_by_label("Ours", exact=True).fill("ours")
    tab.page.get_by_label("Ours", exact=True).press("Enter")
    tab.rest()
    tab.reload()
    go(tab, "Other")
    expect(tab.page.get_by_text("for the session: ''", exact=True)).to_be_visible()


def test_a_value_in_the_url_beats_the_store(tab: ContinuityPage, url: str) -> None:
    """Somebody's link says what to show; from then on that is the stored value too."""
    tab.open(f"{url}/?bound=from+a+link")
    shows(tab, Bound="from a link")
    tab.reload()
    shows(tab, Bound="from a link")
    tab.open(url)
    shows(tab, Bound="from a link")


def test_without_a_value_in_the_url_the_store_has_its_say(tab: ContinuityPage, url: str) -> None:
    """Neither the default nor a value that the widget cannot take."""
    tab.open(url)
    shows(tab)
    tab.open(f"{url}/?number=99&bound=bound")
    shows(tab)
    expect(tab.page.get_by_role("slider", name="Bound number")).to_have_value("3")
