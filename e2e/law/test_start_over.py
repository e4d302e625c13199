"""What a visitor starts over is over, also after F5."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("clear", ["", "1"], ids=["key by key", "by clear"])
def test_starting_over_empties_the_fields_of_all_steps(visit: Visit, clear: str) -> None:
    """A callback that forgets everything forgets the field of a step that is not shown, too."""
    visitor = visit("start_over.py", LAW_CLEAR=clear)
    visitor.type("Name", "Ada")
    visitor.press("Next")
    visitor.press("Look again")
    visitor.press("Start over")
    visitor.sees_in("Name", "")
    visitor.reload()
    visitor.sees_in("Name", "")


def test_starting_over_on_another_page(visit: Visit) -> None:
    """The field is on another page, the button in the sidebar."""
    visitor = visit("start_over_on_pages.py")
    visitor.type("Name", "Ada")
    visitor.follow("Summary")
    visitor.press("Start over")
    visitor.sees("name is unset")
    visitor.follow("Form")
    visitor.sees_in("Name", "")
    visitor.reload()
    visitor.sees_in("Name", "")
