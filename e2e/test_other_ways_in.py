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
    server = serve("original.py")
    tab.open(server.url)
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
    assert "could not be mounted" not in server.log


def test_the_original_functions_undo_no_change(tab: ContinuityPage, serve: Serve) -> None:
    """Neither the record from before the fragment nor `initial=` is written over session state."""
    tab.open(serve("original_fragment.py").url)
    press(tab, "Add in the fragment")
    press(tab, "Add in the fragment")
    expect(tab.page.get_by_text("fragment counts 2")).to_be_visible()
    press(tab, "Step")
    expect(tab.page.get_by_text("script counts 2, step 1")).to_be_visible()
    press(tab, "Step")
    expect(tab.page.get_by_text("script counts 2, step 2")).to_be_visible()
    press(tab, "Add in the fragment")
    tab.reload()
    expect(tab.page.get_by_text("fragment counts 3")).to_be_visible()


def test_without_merge_the_page_shows_what_another_tab_has_stored(
    new_tab: Callable[[], ContinuityPage], serve: Serve
) -> None:
    """In plain values and in a field that the visitor has used; a later call overwrites, too."""
    mine, other = new_tab(), new_tab()
    mine.open(serve("original_overwrite.py").url)
    type_in(mine, "Name", "Ada")
    other.open(f"{serve('original_overwrite.py').url}/?fluxlit_sid={mine.session_id()}")
    expect(other.page.get_by_label("Name")).to_have_value("Ada")
    type_in(other, "Name", "Grace")
    press(other, "Add")
    for _ in range(2):
        press(mine, "Read again")
        expect(mine.page.get_by_text("count is 1, name is Grace")).to_be_visible()
        expect(mine.page.get_by_label("Name")).to_have_value("Grace")
    type_in(mine, "Name", "Edith")
    expect(mine.page.get_by_text("count is 1, name is Edith")).to_be_visible()
    assert mine.page.get_by_test_id("stAlert").count() == 0


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
