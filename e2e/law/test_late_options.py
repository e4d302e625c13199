"""A value whose options are not there yet waits for them, until the visitor chooses something else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from e2e.carrier import RELEASE
from e2e.law.visitor import Visitor

pytestmark = [
    pytest.mark.core,
    pytest.mark.transport,
    pytest.mark.skipif(RELEASE < (1, 56), reason="a value waits on newer releases only: docs/limits.md"),
]
Visit = Callable[..., Visitor]


def begin(visit: Visit) -> Visitor:
    """Load the data, choose of its columns, and press F5."""
    visitor = visit("late_options.py")
    visitor.press("Load")
    visitor.pick("Column", "b")
    visitor.pick("Columns", "c")
    visitor.sees("column b, columns c")
    visitor.reload()
    return visitor


def test_a_value_is_offered_once_its_options_are_there(visit: Visit) -> None:
    """The data could not be stored and is loaded again by a click."""
    visitor = begin(visit)
    visitor.press("Load")
    visitor.sees("column b, columns c")


def test_a_value_waits_over_other_runs_and_another_f5(visit: Visit) -> None:
    """The visitor takes a while before the data is loaded."""
    visitor = begin(visit)
    visitor.press("Look")
    visitor.reload()
    visitor.press("Look")
    visitor.press("Load")
    visitor.sees("column b, columns c")
    visitor.reload()
    visitor.press("Load")
    visitor.sees("column b, columns c")


def test_what_the_visitor_chooses_beats_what_waits(visit: Visit, more_than_plain: None) -> None:
    """Another option was there and was taken."""
    visitor = begin(visit)
    visitor.press("Unload")
    visitor.pick("Column", "other")
    visitor.press("Load")
    visitor.sees(re.compile(r"column other, columns (c|none)"))
    visitor.reload()
    visitor.press("Load")
    visitor.sees(re.compile(r"column other, columns (c|none)"))


def test_a_value_that_was_offered_can_be_changed(visit: Visit) -> None:
    """The newer choice is kept like every other."""
    visitor = begin(visit)
    visitor.press("Load")
    visitor.pick("Column", "a")
    visitor.sees("column a, columns c")
    visitor.reload()
    visitor.press("Load")
    visitor.sees("column a, columns c")
