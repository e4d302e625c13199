"""Rows and columns that were selected by hand in `st.dataframe`: Streamlit lets us set them from 1.56 on."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from e2e.test_tables import cell
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [
    pytest.mark.skipif(
        "selection_default" not in inspect.signature(st.dataframe).parameters,
        reason="before 1.56 a selection is skipped by name: test_forbidden_kinds.py",
    ),
]
Serve = Callable[..., StreamlitServer]
HEADER, BOX, CITY, PEOPLE = 0, 16, 120, 620
"""The first row; pixels from the left."""


class Table:
    """The table on the page of one tab."""

    def __init__(self, tab: ContinuityPage, server: StreamlitServer, size: Path) -> None:
        self.tab = tab
        self.size = size
        self.clicks = 0
        tab.open(server.url)

    def click(self, row: int, x: int) -> None:
        """Click a row (0: the header), `x` pixels from the left; the browser sends it a moment later."""
        self.tab.page.mouse.click(*cell(self.tab.page.get_by_test_id("stDataFrame"), row, x))
        self.clicks += 1
        expect(self.tab.page.get_by_text(f"{self.clicks} calls", exact=True)).to_be_visible()
        self.tab.rest()

    def add_column(self, x: int) -> None:
        """Select a column beside the rows that are selected."""
        self.tab.page.keyboard.down("Control")
        self.click(HEADER, x)
        self.tab.page.keyboard.up("Control")

    def shrink(self, rows: int, columns: int) -> None:
        """Somebody else deletes rows and columns."""
        self.size.write_text(f"{rows} {columns}")

    def reload(self) -> None:
        """F5, which costs no run more than a page load."""
        self.tab.reload()
        assert self.tab.runs == PAGE_LOAD

    def see(self, rows: list[int], columns: list[str], *, calls: int) -> None:
        """The table's event and session state say the same, and the callback ran for clicks alone."""
        selected = json.dumps({"rows": rows, "columns": columns, "cells": []})
        for text in (selected, f"{calls} calls", "skipped: nothing"):
            expect(self.tab.page.get_by_text(text, exact=True)).to_be_visible()
        expect(self.tab.page.get_by_test_id("stException")).to_have_count(0)


@pytest.fixture
def table(tab: ContinuityPage, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Open the app in a tab."""
    size = tmp_path_factory.getbasetemp() / "table_size.txt"
    size.unlink(missing_ok=True)
    return Table(tab, serve("selections.py", TABLE_SIZE=str(size)), size)


def test_a_selection_comes_back(table: Table) -> None:
    """Before the table is drawn, as its event, and in the browser: the next click adds to it."""
    table.click(2, BOX)
    table.click(4, BOX)
    table.add_column(PEOPLE)
    table.see([1, 3], ["people"], calls=3)
    table.reload()
    expect(table.tab.page.get_by_text("before: [1, 3]", exact=True)).to_be_visible()
    table.see([1, 3], ["people"], calls=3)
    table.click(1, BOX)
    table.see([0, 1, 3], ["people"], calls=4)
    for row in (1, 2, 4):
        table.click(row, BOX)
    table.reload()
    table.see([], ["people"], calls=7)


def test_of_rows_that_are_gone_nothing_is_selected(table: Table) -> None:
    """What is left is kept, and no callback takes that for a click; rows that come later are not selected."""
    table.click(2, BOX)
    table.click(4, BOX)
    table.add_column(PEOPLE)
    table.shrink(2, 1)
    table.reload()
    table.see([1], [], calls=3)
    table.click(1, BOX)
    table.see([0, 1], [], calls=4)
    table.shrink(0, 1)
    table.reload()
    table.see([], [], calls=4)
    table.shrink(4, 2)
    table.reload()
    table.see([], [], calls=4)


def test_selected_cells_are_skipped_by_name(table: Table) -> None:
    """Streamlit cannot set several of them."""
    table.click(2, CITY)
    expect(table.tab.page.get_by_text("skipped: selected cells do not come back")).to_be_visible()
    table.reload()
    table.see([], [], calls=1)
