"""Edits in a table and selected rows: typed and clicked by hand, there after F5, changed again after it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress

import pytest
import streamlit as st
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as LateError

from e2e.acts import press
from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
pytestmark = [
    pytest.mark.transport,
    pytest.mark.skipif(
        not hasattr(st, "space"), reason="before 1.51 the cells of an editor are drawn elsewhere"
    ),
]
ROW = 35
"""Pixels; the grid is a canvas, so there is nothing in it that a locator could find."""


def cell(table: Locator, row: int, x: int) -> tuple[float, float]:
    """Where to click for a row (0 is the header), `x` pixels from the left."""
    box = table.locator("canvas").first.bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + ROW * row + ROW // 2


def edit(tab: ContinuityPage, row: int, text: str) -> None:
    """Type into the first column of the editor, which misses a double click while it is busy drawing."""
    field = tab.page.locator("#portal textarea, #portal input").first
    for _ in range(9):
        tab.page.mouse.dblclick(*cell(tab.page.get_by_test_id("stDataFrame").first, row, 120))
        with suppress(LateError):
            field.wait_for(timeout=5_000)
            break
    field.fill(text)
    field.press("Enter")
    tab.rest()


def select(tab: ContinuityPage, row: int) -> None:
    """Click the box in front of a row of the second table."""
    tab.page.mouse.click(*cell(tab.page.get_by_test_id("stDataFrame").nth(1), row, 16))
    tab.rest()


def see(tab: ContinuityPage, text: str) -> None:
    """The page shows exactly this line, and no exception."""
    expect(tab.page.get_by_text(text, exact=True)).to_be_visible()
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def go(tab: ContinuityPage, name: str) -> None:
    """Click a page in the sidebar."""
    tab.page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    tab.rest()


def test_edits_come_back_and_can_go_on(tab: ContinuityPage, serve: Serve) -> None:
    """Over F5 and another page; each edit once, none lost."""
    tab.open(serve("tables.py").url)
    see(tab, "people are Ada 36, Bob 41")
    edit(tab, 1, "Grace")
    see(tab, "people are Grace 36, Bob 41")
    edit(tab, 2, "Hopper")
    see(tab, "people are Grace 36, Hopper 41")
    tab.reload()
    assert tab.runs == PAGE_LOAD
    see(tab, "people are Grace 36, Hopper 41")
    edit(tab, 1, "Jean")
    see(tab, "people are Jean 36, Hopper 41")
    go(tab, "Other")
    go(tab, "Home")
    see(tab, "people are Jean 36, Hopper 41")
    edit(tab, 2, "Bartik")
    see(tab, "people are Jean 36, Bartik 41")
    tab.reload()
    see(tab, "people are Jean 36, Bartik 41")


def test_the_app_may_put_another_table_in_its_place(tab: ContinuityPage, serve: Serve) -> None:
    """Assigning the key shows that table without the old edits; deleting it begins from the first one."""
    tab.open(serve("tables.py").url)
    edit(tab, 1, "Grace")
    see(tab, "people are Grace 36, Bob 41")
    press(tab, "Replace")
    see(tab, "people are Eve 7")
    edit(tab, 1, "Eva")
    see(tab, "people are Eva 7")
    tab.reload()
    see(tab, "people are Eva 7")
    press(tab, "Begin again")
    see(tab, "people are Ada 36, Bob 41")


@pytest.mark.parametrize("reloads", [0, 1])
@pytest.mark.parametrize("button", ["Delete all", "Clear"])
def test_an_app_that_throws_its_state_away_begins_again(
    tab: ContinuityPage, serve: Serve, button: str, reloads: int
) -> None:
    """The edits, which the browser still has, do not come back with the next click."""
    tab.open(serve("tables.py").url)
    edit(tab, 1, "Grace")
    see(tab, "people are Grace 36, Bob 41")
    for _ in range(reloads):
        tab.reload()
    for name in (button, "Look", button):
        press(tab, name)
        see(tab, "people are Ada 36, Bob 41")
    edit(tab, 2, "Hopper")
    see(tab, "people are Ada 36, Hopper 41")
    tab.reload()
    see(tab, "people are Ada 36, Hopper 41")


def test_a_copy_of_the_state_can_be_put_back(tab: ContinuityPage, serve: Serve) -> None:
    """Over F5: the table and the upload, with no key that Streamlit refuses and no note of the old page."""
    tab.open(serve("copied_state.py").url)
    see(tab, "people are Ada 36, Bob 41")
    edit(tab, 1, "Grace")
    see(tab, "people are Grace 36, Bob 41")
    tab.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
    )
    see(tab, "report: a.txt")
    see(tab, "keys: people report")
    press(tab, "Copy")
    edit(tab, 2, "Hopper")
    see(tab, "people are Grace 36, Hopper 41")
    tab.reload()
    for name in ("Put back", "Copy"):
        press(tab, name)
        see(tab, "people are Grace 36, Bob 41")
        see(tab, "report: a.txt")
        see(tab, "keys: people report")
    tab.reload()
    see(tab, "people are Grace 36, Bob 41")
    edit(tab, 2, "Hopper")
    see(tab, "people are Grace 36, Hopper 41")
    see(tab, "report: a.txt")


def test_a_row_is_added_after_a_deletion_and_f5(tab: ContinuityPage, serve: Serve) -> None:
    """A deletion leaves a gap between the row numbers: they stay hidden, and a new row needs none typed."""
    tab.open(serve("tables.py").url)
    go(tab, "Team")
    table = tab.page.get_by_test_id("stDataFrame").first
    tab.page.mouse.click(*cell(table, 2, 16))
    expect(tab.page.get_by_role("button", name="Delete row(s)")).to_be_attached()  # the row is selected
    tab.page.keyboard.press("Delete")
    see(tab, "team is {0: 'Ada', 2: 'Cy', 3: 'Dee'}")
    tab.reload()
    see(tab, "team is {0: 'Ada', 2: 'Cy', 3: 'Dee'}")
    tab.page.mouse.click(*cell(table, 4, 120))  # adds a row
    see(tab, "team is {0: 'Ada', 2: 'Cy', 3: 'Dee', 4: ''}")
    edit(tab, 4, "Eve")
    see(tab, "team is {0: 'Ada', 2: 'Cy', 3: 'Dee', 4: 'Eve'}")
    tab.reload()
    see(tab, "team is {0: 'Ada', 2: 'Cy', 3: 'Dee', 4: 'Eve'}")


def test_selected_rows_are_kept_by_a_callback(tab: ContinuityPage, serve: Serve) -> None:
    """A recipe of the docs: the callback runs when the visitor selects, not when F5 draws the table."""
    tab.open(serve("tables.py").url)
    select(tab, 2)
    see(tab, "chosen are [1]")
    tab.reload()
    see(tab, "chosen are [1]")
    if "selection_default" in inspect.signature(st.dataframe).parameters:
        select(tab, 2)  # from 1.56 on the table itself shows the row as selected
        see(tab, "chosen are []")
    select(tab, 1)
    see(tab, "chosen are [0]")
    select(tab, 1)
    see(tab, "chosen are []")
    tab.reload()
    see(tab, "chosen are []")
