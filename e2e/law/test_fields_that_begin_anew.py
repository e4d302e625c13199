"""Fields that Streamlit empties come back empty: in a dialog, in a sent form, of removed rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.steps import DEBOUNCED
from e2e.law.visitor import Visitor
from fluxlit_component.testing.page import view_of

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
Visit = Callable[..., Visitor]


def test_a_dialog_begins_empty_each_time(visit: Visit) -> None:
    """The field of a dialog that was closed is forgotten; what was made of it is not."""
    visitor = visit("dialog_twice.py")
    add(visitor, "milk")
    visitor.sees("items: milk")
    add(visitor, "bread")
    visitor.sees("items: milk, bread")
    visitor.reload()
    visitor.sees("items: milk, bread")
    visitor.press("New")
    visitor.sees_in("Item", "")


def add(visitor: Visitor, item: str) -> None:
    """Open the dialog, find it empty, and save one item."""
    visitor.press("New")
    visitor.sees_in("Item", "")
    visitor.type("Item", item)
    visitor.press("Save")


def test_removed_rows_are_not_counted(visit: Visit) -> None:
    """A row that is not drawn any more is in nobody's sum, with and without F5."""
    visitor = visit("removed_rows.py")
    visitor.type("People", "3")
    for number, age in enumerate(("10", "20", "30")):
        visitor.type(f"Age {number}", age)
    visitor.sees("3 ages, sum 60")
    visitor.type("People", "2")
    visitor.press("Count again")
    visitor.sees("2 ages, sum 30")
    visitor.reload()
    visitor.sees("2 ages, sum 30")
    visitor.type("People", "3")
    visitor.sees_in("Age 2", "0")


def test_a_sent_form_comes_back_empty(visit: Visit, more_than_plain: None) -> None:
    """A form with `clear_on_submit` of every kind of field; what was sent is not lost with it."""
    visitor = visit("clearing_form.py")
    visitor.page.set_viewport_size({"width": 1200, "height": 2400})  # a list that scrolls out of sight closes
    visitor.sees("0 changed, sent []")
    fields = view_of(visitor.page, ignore="sent")
    fill_in(visitor)
    visitor.press("Send")
    visitor.sees("14 changed, sent [14]")
    visitor.reload()
    visitor.sees("0 changed, sent [14]")
    assert view_of(visitor.page, ignore="sent") == fields


def fill_in(visitor: Visitor) -> None:
    """Change each of the fourteen fields."""
    page = visitor.page
    visitor.field("Text").fill("typed")
    visitor.field("Area").fill("typed")
    visitor.field("Number").fill("7")
    for label in ("Box", "Switch", "r2", "p2", "g2"):
        page.get_by_text(label, exact=True).click()
    visitor.pick("Select", "s2")
    visitor.pick("Many", "m2")
    page.keyboard.press("Escape")
    for knob in page.get_by_role("slider").all():
        knob.press("ArrowRight")
    page.evaluate(DEBOUNCED)
    if page.get_by_role("spinbutton", name="day, Date").count():  # newer releases
        page.get_by_role("spinbutton", name="day, Date").press("ArrowUp")
        page.get_by_role("spinbutton", name="hour, Time").press("ArrowUp")
        return
    page.get_by_test_id("stDateInput").locator("input").fill("2026/05/06")
    page.keyboard.press("Escape")
    page.get_by_test_id("stTimeInput").locator("input").fill("09:00")
    page.get_by_role("option", name="09:00").click()
