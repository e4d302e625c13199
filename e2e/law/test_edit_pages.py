"""Pages that edit one record after the other, and carry fields between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
Visit = Callable[..., Visitor]


def test_an_edit_form_shows_its_own_record(visit: Visit) -> None:
    """The field of the record edited before is gone with its page, and is never saved into the next one."""
    visitor = visit("edit_form.py")
    visitor.press("Edit 1")
    visitor.sees_in("Title", "One")
    visitor.press("Save")
    visitor.press("Edit 2")
    visitor.sees_in("Title", "Two")
    visitor.press("Save")
    visitor.sees("stored {1: 'One', 2: 'Two'}")


@pytest.mark.parametrize("first", ["", "1"], ids=["in the page", "before the session"])
@pytest.mark.parametrize("transport", ["", "v1"])
def test_state_is_updated_with_itself(visit: Visit, transport: str, first: str) -> None:
    """Assigning every key to itself is allowed, and carries the field to the next page."""
    visitor = visit("update_with_itself.py", FLUXLIT_TRANSPORT=transport, LAW_UPDATE_FIRST=first)
    visitor.type("City", "Oslo")
    visitor.follow("Second")
    visitor.sees("city is Oslo")
    visitor.follow("First")
    visitor.sees_in("City", "Oslo")
    visitor.reload()
    visitor.sees_in("City", "Oslo")


def test_widgets_that_came_back_are_gone_with_their_page(visit: Visit) -> None:
    """F5, then at once another page: it finds no more of the first page than after R."""
    visitor = visit("asks_elsewhere.py")
    visitor.tick("Agreed")
    visitor.type("Name", "Ada")
    visitor.reload()
    visitor.sees_in("Name", "Ada")
    visitor.follow("Second")
    visitor.sees("agreed None, name None")


def test_each_page_has_a_title_of_its_own(visit: Visit) -> None:
    """`st.set_page_config` inside a page is its first command, whatever stands around the page."""
    visitor = visit("page_config.py")
    expect(visitor.page).to_have_title("First of two")
    visitor.sees_no_exception()
    visitor.follow("Second")
    visitor.sees("the second page")
    expect(visitor.page).to_have_title("Second of two")
    visitor.reload()
    visitor.sees("the second page")
    expect(visitor.page).to_have_title("Second of two")
