"""Fields that a run cut off by `st.rerun()` has not drawn: the page shows what was chosen, and so does F5.

Older releases drop the values of these fields in Python, and the browser sends them with the next run.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = pytest.mark.core
Visit = Callable[..., Visitor]


def filled(visit: Visit) -> Visitor:
    """Change each of the fields."""
    visitor = visit("rerun_above_fields.py")
    visitor.type("Name", "Ada")
    visitor.slide("Size", "ArrowRight", "ArrowRight")
    visitor.tick("Sure")
    visitor.sees("counted 0, 'Ada', 2, True")
    return visitor


@pytest.mark.parametrize(
    ("button", "count"), [pytest.param("Count", 1, marks=pytest.mark.transport), ("Count three times", 3)]
)
def test_they_are_kept(visit: Visit, button: str, count: int) -> None:
    """One click that ends one run, or several in a row; F5 right after it, and a second time."""
    visitor = filled(visit)
    visitor.press(button)
    visitor.sees_in("Name", "Ada")
    for _ in range(2):
        visitor.reload()
        visitor.sees(f"counted {count}, 'Ada', 2, True")
    visitor.press(button)
    visitor.press("Nothing")
    visitor.sees(f"counted {2 * count}, 'Ada', 2, True")


def test_what_is_chosen_next_counts(visit: Visit) -> None:
    """Also if it is the default."""
    visitor = filled(visit)
    visitor.press("Count")
    visitor.type("Name", "")
    visitor.sees("counted 1, '', 2, True")
    visitor.press("Count")
    visitor.tick("Sure")
    visitor.sees("counted 2, '', 2, False")
    visitor.reload()
    visitor.sees("counted 2, '', 2, False")


def test_a_field_that_goes_is_forgotten(visit: Visit) -> None:
    """The run after the cut one does not draw it: later it begins anew."""
    visitor = filled(visit)
    visitor.press("Hide the name")
    visitor.reload()
    visitor.sees("counted 0, 'nobody', 2, True")
    visitor.press("Hide the name")
    visitor.reload()
    visitor.sees("counted 0, '', 2, True")


@pytest.mark.transport
def test_fields_around_pages(visit: Visit) -> None:
    """A button on a page leads to another one: the newest release, too, forgets the fields in the sidebar."""
    visitor = visit("switched_by_button.py")
    visitor.type("Above", "Ada")
    visitor.type("Below", "Bob")
    visitor.type("Only here", "Cleo")
    visitor.press("Go")
    visitor.sees_in("Above", "Ada")
    visitor.reload()
    visitor.sees("'Ada', 'Bob', 'nothing'")
    visitor.press("Back")
    visitor.reload()
    visitor.sees("'Ada', 'Bob', ''")
