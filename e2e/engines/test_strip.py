"""An id that comes in a link is taken out of the address, for good, and out of every request that follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.engines.visitor import Visitor
from e2e.front import Front

Newcomer = Callable[[], Visitor]
Fronts = Callable[..., Front]


def begin(visitor: Visitor, url: str) -> str:
    """A count of one, and the id it is kept under."""
    visitor.open(url)
    visitor.click("Add")
    visitor.sees("count is 1")
    sid = visitor.remembered
    assert sid
    return sid


@pytest.mark.parametrize("mark", ["?", "#"])
def test_a_link_is_stripped_and_stays_so(newcomer: Newcomer, front: Fronts, mark: str) -> None:
    """The state comes along, parameters stay, no entry is added, Streamlit does not bring the id back."""
    entrance = front()
    sid = begin(newcomer(), entrance.url)
    visitor = newcomer()
    visitor.go(f"{entrance.url}/_stcore/health")
    length = visitor.history_length
    query = "?lang=en&fluxlit_sid=" + sid if mark == "?" else "?lang=en#fluxlit_sid=" + sid
    visitor.open(f"{entrance.url}/{query}")
    visitor.sees("count is 1")
    visitor.reads_address(f"{entrance.url}/?lang=en")
    assert visitor.history_length == length + 1
    visitor.click("Set query")
    visitor.reads_address(f"{entrance.url}/?lang=en&k=v")
    visitor.click("Go to report")
    visitor.sees("count is 1")
    visitor.reads_address(f"{entrance.url}/report")
    for _ in range(visitor.history_length - length - 1):
        visitor.back()
        assert sid not in visitor.address
    visitor.reads_address(f"{entrance.url}/?lang=en")
    visitor.sees("Home", "count is 1")
