"""Widgets whose value Streamlit forbids to set: used, skipped by name with a remedy, harmless after F5."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import streamlit as st
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer
from tests.docs.generated import assert_page_says, table


def test_what_cannot_come_back_says_so(tab: ContinuityPage, serve: Callable[..., StreamlitServer]) -> None:
    """Each is named in `session.skipped`; after F5 nothing raises, nothing clicks, the rest is there."""
    page = tab.page
    page.set_viewport_size({"width": 1200, "height": 3000})
    tab.open(serve("forbidden.py").url)
    page.get_by_role("button", name="Button", exact=True).click()
    tab.rest()
    expect(page.get_by_text("button returned True")).to_be_visible()
    if hasattr(st, "menu_button"):
        page.get_by_role("button", name="Menu", exact=True).click()
        page.get_by_text("save", exact=True).click()
        tab.rest()
        expect(page.get_by_text("menu returned save")).to_be_visible()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"abc"}
    )
    expect(page.get_by_text("uploaded")).to_be_visible()  # else its run may cut a later one short
    tab.rest()
    page.get_by_test_id("stChatInputTextArea").fill("hello")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    tab.rest()
    page.get_by_role("button", name="Count").click()
    tab.rest()
    expect(page.get_by_text("plain = 1")).to_be_visible()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("button returned True")).to_have_count(0)
    expect(page.get_by_text("menu returned")).to_have_count(0)
    expect(page.get_by_text("uploaded")).to_have_count(0)
    expect(page.get_by_text("plain = 1")).to_be_visible()
    page.get_by_role("button", name="Count").click()
    tab.rest()
    expect(page.get_by_text("plain = 2")).to_be_visible()
    lines = [line.split(" | ") for line in page.get_by_test_id("stText").all_inner_texts() if " | " in line]
    named = {key: reason.strip() for key, reason in lines}
    selects = "selection_default" in inspect.signature(st.dataframe).parameters  # from 1.56 on it comes back
    assert (named.pop("st.dataframe(on_select=)", None) is None) is selects
    rows = [[f"`{key}`", named[key]] for key in sorted(named)]
    assert len(rows) >= 10
    found = table(["Does not come back", "Why, and what instead"], rows)
    assert_page_says("what-comes-back.md", "forbidden", found, whole=hasattr(st, "echarts_chart"))
