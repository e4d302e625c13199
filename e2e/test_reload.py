"""F5 brings everything back, on every page, in one run, or one gated and one full run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.carrier import HANDSHAKE, PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer, own_store

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
APPS = Path(__file__).parent / "apps"


def fill_in(tab: ContinuityPage) -> None:
    """What a visitor does on the first page."""
    page = tab.page
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Name").press("Tab")
    tab.rest()
    page.get_by_text("Agree").click()
    tab.rest()
    page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    expect(page.get_by_text("count is 2")).to_be_visible()


def test_a_new_visitor(tab: ContinuityPage, serve: Callable[..., StreamlitServer]) -> None:
    """The first row of the table in docs/how-it-works.md."""
    tab.open(serve("multi.py").url)
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_text("status ready")).to_be_visible()
    expect(tab.page.get_by_text("new True")).to_be_visible()


def test_f5_restores_text_checkbox_and_counter(
    tab: ContinuityPage, serve: Callable[..., StreamlitServer]
) -> None:
    """What was typed, ticked and counted is back after F5."""
    tab.open(serve("multi.py").url)
    fill_in(tab)
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    expect(tab.page.get_by_role("checkbox", name="Agree")).to_be_checked()
    expect(tab.page.get_by_text("count is 2")).to_be_visible()
    expect(tab.page.get_by_text("new False")).to_be_visible()


def test_an_app_without_tables_stays_without_pandas(tab: ContinuityPage, tmp_path: Path) -> None:
    """It would cost the first visitor of each server 0.4 s; Streamlit loads it for most that it is handed."""
    # The other servers of these tests have it from the start.
    env = own_store(tmp_path / "sessions.db")
    with StreamlitServer(APPS / "light.py", env=env, handshake=HANDSHAKE) as server:
        tab.open(server.url)
        tab.page.get_by_role("button", name="Add", exact=True).click()
        tab.rest()
        tab.reload()
        expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
        expect(tab.page.get_by_text("loaded nothing", exact=True)).to_be_visible()


def test_an_app_that_stands_in_a_form(tab: ContinuityPage, serve: Callable[..., StreamlitServer]) -> None:
    """A component in a form answers only when the form is sent: the bridge is not in it."""
    tab.open(serve("in_form.py").url)
    assert tab.runs == PAGE_LOAD
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_role("button", name="Send").click()
    tab.rest()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_f5_twice_is_as_good_as_once(tab: ContinuityPage, serve: Callable[..., StreamlitServer]) -> None:
    """Nothing wears off."""
    tab.open(serve("multi.py").url)
    fill_in(tab)
    tab.reload()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_text("count is 2")).to_be_visible()


def test_a_widget_costs_one_run(tab: ContinuityPage, serve: Callable[..., StreamlitServer]) -> None:
    """The bridge is silent when it agrees."""
    tab.open(serve("multi.py").url)
    tab.forget_runs()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    assert tab.runs == 1
