"""Fragments that run beside the script in threads of their own: no key of theirs is lost."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
import streamlit as st
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.skipif(
    "parallel" not in inspect.signature(st.fragment).parameters, reason="Streamlit has them from 1.58 on"
)
NAMES = ("early", "late", "later", "plain")


def see(tab: ContinuityPage, text: str) -> None:
    """The page shows exactly this line, and no exception."""
    expect(tab.page.get_by_text(text, exact=True)).to_be_visible()
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def change(tab: ContinuityPage) -> None:
    """Press the button and type into the field of each of them."""
    for name in NAMES:
        tab.page.get_by_role("button", name=f"Add {name}", exact=True).click()
        tab.rest()
        field = tab.page.get_by_label(f"Field {name}", exact=True)
        field.fill(f"typed in {name}")
        field.press("Enter")
        tab.rest()


def see_all(tab: ContinuityPage, times: int) -> None:
    """What was typed is in each field, and what was counted stands below it."""
    for name in NAMES:
        expect(tab.page.get_by_label(f"Field {name}", exact=True)).to_have_value(f"typed in {name}")
        see(tab, f"{name} is {times}")


def test_every_key_of_each_of_them_is_there_after_f5(
    tab: ContinuityPage, serve: Callable[..., StreamlitServer]
) -> None:
    """What they set while the page was loaded, and what was changed in each alone; over F5 twice."""
    tab.open(serve("parallel.py").url)
    see(tab, "at load:")
    tab.reload()
    see(tab, "at load: early_runs 1, late_runs 1, later_runs 1, plain_runs 1")
    change(tab)
    for _ in range(2):
        tab.reload()
        see_all(tab, 1)
    tab.page.get_by_role("button", name="Full run").click()
    tab.rest()
    see_all(tab, 1)
    tab.reload()
    see_all(tab, 1)


def test_what_they_changed_beside_the_script_is_saved_when_they_end(
    tab: ContinuityPage, serve: Callable[..., StreamlitServer]
) -> None:
    """Those of `session.fragment` are in the record though the block has ended before them."""
    server = serve("parallel.py")
    tab.open(server.url)
    server.restart()
    tab.reload()
    see(tab, "at load: early_runs 1, late_runs 1, later_runs 1")
    change(tab)
    tab.page.get_by_role("button", name="Full run").click()
    tab.rest()
    server.restart()
    tab.reload()
    see_all(tab, 1)
