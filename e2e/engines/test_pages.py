"""Every way between pages keeps the state, and Back goes where a person expects."""

from __future__ import annotations

from collections.abc import Callable

from e2e.engines.visitor import Visitor
from e2e.front import Front

Newcomer = Callable[[], Visitor]
Fronts = Callable[..., Front]


def test_pages_back_and_forward_keep_the_state(newcomer: Newcomer, front: Fronts) -> None:
    """A link, Back, Forward, F5 on the second page; what was changed there is there on the first."""
    visitor, url = newcomer(), front().url
    visitor.open(url)
    visitor.type("Name", "Ada")
    visitor.click("Add")
    visitor.follow("Report")
    visitor.sees("count is 1", "name is Ada")
    visitor.reads_address(f"{url}/report")
    visitor.click("Add here")
    visitor.sees("count is 2")
    visitor.back()
    visitor.sees("Home", "count is 2")
    visitor.holds("Name", "Ada")
    visitor.reads_address(f"{url}/")
    visitor.forward()
    visitor.sees("count is 2", "name is Ada")
    visitor.reload()
    visitor.sees("count is 2", "name is Ada")
    visitor.reads_address(f"{url}/report")
    visitor.back()
    visitor.sees("Home", "count is 2")
    visitor.holds("Name", "Ada")


def test_the_history_is_as_long_as_without_a_session(newcomer: Newcomer, front: Fronts) -> None:
    """The bridge adds no entry: one per page that the visitor went to, none for F5, one step back each."""
    visitor, url = newcomer(), front().url
    visitor.open(f"{url}/?lang=en")
    visitor.click("Add")
    length = visitor.history_length
    visitor.reload()
    assert visitor.history_length == length
    visitor.follow("Report")
    visitor.sees("name is unset")
    visitor.reload()
    assert visitor.history_length == length + 1
    visitor.back()
    visitor.sees("Home", "count is 1")
    visitor.reads_address(f"{url}/?lang=en")
    assert visitor.history_length == length + 1
