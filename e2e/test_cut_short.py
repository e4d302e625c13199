"""A run that restores widgets and is cut short before the browser has seen it: they are restored again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]


def test_widgets_of_a_run_that_the_browser_never_saw(tab: ContinuityPage, serve: Serve) -> None:
    """`st.rerun()` right after they were drawn drops what was sent; the visitor still sees them restored."""
    tab.open(serve("again.py").url)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    for _ in range(3):
        tab.reload()
        expect(tab.page.get_by_text("name is 'Ada', level is 3")).to_be_visible()
        expect(tab.page.get_by_label("Name")).to_have_value("Ada")
        tab.page.get_by_role("button", name="Nothing").click()
        tab.rest()
        expect(tab.page.get_by_text("name is 'Ada', level is 3")).to_be_visible()
