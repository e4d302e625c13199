"""The line keeps what is drawn after its block, and needs no block."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]


def test_widgets_after_the_block(visit: Visit) -> None:
    """A field that only comes after the `with` block is back after F5."""
    visitor = visit("after_the_block.py")
    visitor.type("Inside", "in")
    visitor.type("After", "out")
    visitor.reload()
    visitor.sees_in("Inside", "in")
    visitor.sees_in("After", "out")


def test_widgets_without_a_block(visit: Visit) -> None:
    """`url_session()` as a statement keeps the fields after it."""
    visitor = visit("without_a_block.py")
    visitor.type("Name", "Ada")
    visitor.reload()
    visitor.sees_in("Name", "Ada")


@pytest.mark.parametrize("app", ["after_the_block.py", "without_a_block.py"])
def test_what_the_last_run_changed(visit: Visit, app: str) -> None:
    """A number that the app changed where nothing of ours follows, in the last run before F5."""
    visitor = visit(app)
    visitor.press("Count")
    visitor.sees("count is 1")
    visitor.reload()
    visitor.sees("count is 1")
