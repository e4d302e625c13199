"""A bridge that cannot be mounted at all never closes the gate."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]


def test_the_content_is_there_at_once(visit: Visit) -> None:
    """In the first run, although a page would wait long for a bridge that is on its way."""
    visitor = visit("unmountable.py", FLUXLIT_GATE_SECONDS="20")
    visitor.sees("the content")
    assert visitor.tab.runs == 1
    visitor.type("Name", "Ada")
    visitor.sees_in("Name", "Ada")
