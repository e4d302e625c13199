"""A value that cannot be kept any more takes its older version out of the record."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]


def test_a_list_that_got_something_unstorable(visit: Visit) -> None:
    """After F5 it is what it last was or it is absent, never the shorter list of before."""
    visitor = visit("newest_or_nothing.py")
    visitor.press("Add text")
    visitor.sees("1 items")
    visitor.press("Add client")
    visitor.sees("2 items")
    visitor.reload()
    visitor.sees(re.compile("^at load (0|2) items$"))


def test_a_list_over_its_cap_fits_the_number_beside_it(visit: Visit) -> None:
    """It grew too large to be kept while a small number that points into it was kept."""
    visitor = visit("outgrown.py")
    for _ in range(8):
        visitor.press("Add")
    visitor.sees("row 7 of 8: xxx")
    for _ in range(2):
        visitor.reload()
        visitor.sees(re.compile("^(0|8) rows, 0 messages$"))


def test_messages_with_an_object_of_a_client_library(visit: Visit) -> None:
    """One message of many cannot be stored; the number that points at it was."""
    visitor = visit("outgrown.py")
    for name in ("Ask", "Answer", "Ask"):
        visitor.press(name)
    visitor.sees("message 2 of 3: str")
    for _ in range(2):
        visitor.reload()
        visitor.sees(re.compile("^0 rows, (0|3) messages$"))
