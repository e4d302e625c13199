"""A copied tab is noticed, a reload is never taken for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.engines.visitor import Visitor, until
from e2e.front import Front

# Longer than a page is patient with another that may be going away.
SETTLED = "() => new Promise(done => setTimeout(done, 1000))"


@pytest.mark.parametrize("by_link", [False, True], ids=["window.open", "link"])
def test_a_copy_goes_its_own_way(
    newcomer: Callable[[], Visitor], front: Callable[..., Front], by_link: bool
) -> None:
    """It begins with the state of its original; from then on neither sees what the other does."""
    visitor = newcomer()
    visitor.open(front().url)
    visitor.type("Name", "Ada")
    visitor.click("Add")
    for _ in range(3):
        visitor.reload()
    sid = visitor.remembered
    copy = visitor.copy(by_link=by_link)
    until(lambda: copy.remembered not in {None, sid}, "an id of its own")
    copy.rest()
    copy.sees("count is 1")
    copy.holds("Name", "Ada")
    copy.click("Add")
    copy.click("Add")
    visitor.click("Add")
    for _ in range(2):
        visitor.reload()
        copy.reload()
    visitor.sees("count is 2")
    copy.sees("count is 3")
    own = copy.remembered
    for tab in (visitor, copy):
        tab.ask(SETTLED)
    assert visitor.remembered == sid
    assert copy.remembered == own != sid
    copy.close()
