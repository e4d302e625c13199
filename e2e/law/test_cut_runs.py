"""A run that does not come to its end has changed what it changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]


def test_a_run_cut_short_by_the_next_click(visit: Visit) -> None:
    """Both clicks are counted, the one whose run was cut short too."""
    visitor = visit("cut_runs.py")
    visitor.push("Slow")
    expect(visitor.page.get_by_text("slow step 1", exact=True)).to_be_visible()
    visitor.press("Quick")
    visitor.sees("slow is 1, quick is 1, tries is 0")
    visitor.reload()
    visitor.sees("slow is 1, quick is 1, tries is 0")


def test_a_callback_that_raises(visit: Visit) -> None:
    """What it had changed before is there after F5, though no line of the script ran."""
    visitor = visit("cut_runs.py")
    visitor.press("Fail")
    expect(visitor.page.get_by_test_id("stException")).to_be_visible()
    visitor.reload()
    visitor.sees("slow is 0, quick is 0, tries is 1")
