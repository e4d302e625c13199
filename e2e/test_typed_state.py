"""Typed state: validated, mutable in place, migrated across a restart with new code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from e2e.servers import AppServer
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

APPS = Path(__file__).parent / "apps"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StreamlitServer]:
    """A server of the test's own: its code changes between starts."""
    with AppServer(APPS / "typed.py", env={"FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "s.db")}) as running:
        yield running


def shows(tab: ContinuityPage, text: str) -> None:
    """The page shows exactly this line."""
    expect(tab.page.get_by_text(text, exact=True)).to_be_visible()


@pytest.mark.core
def test_models_enums_frames_and_what_changed_inside_them_survive_f5(
    tab: ContinuityPage, server: StreamlitServer
) -> None:
    """A list that grew, a set inside a model inside it, an enum, a cell of a frame."""
    tab.open(server.url)
    press(tab, "Add item", "Add item", "Tag all", "Go wild", "Frame", "Edit frame")
    tab.reload()
    shows(tab, "items are item 0/new+seen, item 1/new+seen")
    shows(tab, "mood is WILD")
    expect(tab.page.get_by_text("frame is 42 datetime64")).to_be_visible()
    press(tab, "Add item")
    tab.reload()
    shows(tab, "items are item 0/new+seen, item 1/new+seen, item 2/new")


def test_an_assignment_that_does_not_fit_is_refused(tab: ContinuityPage, server: StreamlitServer) -> None:
    """The app gets the validation error, the state stays as it was."""
    tab.open(server.url)
    press(tab, "Bad level")
    shows(tab, "refused ValidationError")
    shows(tab, "level is 3")


def test_a_widget_and_a_field_are_one(tab: ContinuityPage, server: StreamlitServer) -> None:
    """The slider shows the model's default, and the model sees the slider."""
    tab.open(server.url)
    shown = tab.page.get_by_test_id("stSliderThumbValue")
    expect(shown).to_have_text("3")
    tab.page.get_by_role("slider").press("ArrowRight")
    tab.rest()
    shows(tab, "level is 4")
    tab.reload()
    shows(tab, "level is 4")
    expect(shown).to_have_text("4")


def test_a_record_is_migrated_when_the_code_changed(tab: ContinuityPage, server: StreamlitServer) -> None:
    """The server comes back with schema 2; F5 shows the migrated values, and they are kept."""
    tab.open(server.url)
    tab.page.get_by_role("slider").press("ArrowRight")
    tab.rest()
    shows(tab, "level is 4")
    press(tab, "Add item", "Go wild")
    server.env["E2E_SCHEMA"] = "2"
    server.restart()
    tab.reload()
    shows(tab, "level is 0.4")
    shows(tab, "mood is WILD")
    shows(tab, "items are item 0/new")
    tab.reload()
    shows(tab, "level is 0.4")


def test_a_record_that_does_not_fit_is_left_untouched(tab: ContinuityPage, server: StreamlitServer) -> None:
    """A missing migration: defaults and no write; with the old code again, all is back."""
    tab.open(server.url)
    press(tab, "Add item", "Go wild")
    server.env["E2E_SCHEMA"] = "broken"
    server.restart()
    tab.reload()
    shows(tab, "items are none")
    shows(tab, "status degraded")
    press(tab, "Add item")
    assert server.log.count("is left untouched") == 1
    del server.env["E2E_SCHEMA"]
    server.restart()
    tab.reload()
    shows(tab, "items are item 0/new")
    shows(tab, "mood is WILD")


def test_a_newer_record_is_only_read(tab: ContinuityPage, server: StreamlitServer) -> None:
    """During a rolling deploy an old replica must not overwrite what a new one wrote."""
    server.env["E2E_SCHEMA"] = "2"
    server.restart()
    tab.open(server.url)
    press(tab, "Go wild", "Add item")
    del server.env["E2E_SCHEMA"]
    server.restart()
    tab.reload()
    press(tab, "Add item")
    server.env["E2E_SCHEMA"] = "2"
    server.restart()
    tab.reload()
    shows(tab, "mood is WILD")
    shows(tab, "items are item 0/new")
    shows(tab, "status ready")
