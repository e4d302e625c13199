"""What is deleted stays deleted, by whichever way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = pytest.mark.core
Visit = Callable[..., Visitor]


def make(visit: Visit) -> Visitor:
    """Make a note that has come back once already."""
    visitor = visit("deletes.py")
    visitor.press("Make")
    visitor.reload()
    visitor.sees("note is here")
    return visitor


@pytest.mark.parametrize(
    "way", ["In the body", pytest.param("In a callback", marks=pytest.mark.transport), "By clear"]
)
def test_deleted_in_a_run_of_the_script(visit: Visit, way: str) -> None:
    """By the body of the script, by a callback, by `clear()`."""
    visitor = make(visit)
    visitor.press(way)
    visitor.sees("note is gone")
    visitor.reload()
    visitor.sees("note is gone")


@pytest.mark.transport
def test_deleted_in_a_fragment(visit: Visit) -> None:
    """No run of the whole script comes after it."""
    visitor = make(visit)
    visitor.press("In a fragment")
    visitor.sees("deleted in the fragment")
    visitor.reload()
    visitor.sees("note is gone")


@pytest.mark.transport
def test_deleted_in_a_dialog(visit: Visit) -> None:
    """The dialog is still open at F5."""
    visitor = make(visit)
    visitor.press("Ask")
    visitor.press("In the dialog")
    visitor.sees("deleted in the dialog")
    visitor.reload()
    visitor.sees("note is gone")


@pytest.mark.transport
def test_deleted_on_another_page(visit: Visit) -> None:
    """By the page that the visitor looks at."""
    visitor = make(visit)
    visitor.follow("Bin")
    visitor.sees("deleted by the page")
    visitor.reload()
    visitor.follow("Note")
    visitor.sees("note is gone")
    visitor.reload()
    visitor.sees("note is gone")
