"""`keep_hidden=`: which widgets keep their values while they are away, and what became of those."""

from __future__ import annotations

import pytest

from fluxlit_component.state.keys import Keys, sort_hidden


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        ((), set()),
        (("*",), {"filter_a", "Filter_b", "name"}),
        (("filter_*",), {"filter_a"}),
        (("[fF]ilter_?", "nobody"), {"filter_a", "Filter_b"}),
    ],
)
def test_patterns_choose_keys(patterns: tuple[str, ...], kept: set[str]) -> None:
    """Globs, with regard to case."""
    assert Keys(patterns).sift({"filter_a", "Filter_b", "name"}) == kept


def sort(key: str, **where: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Sort out one key that is to be kept; `where` names the sets that hold it."""
    sets = {
        name: frozenset([key]) if where.get(name) else frozenset() for name in ("present", "alive", "last")
    }
    return sort_hidden(frozenset([key]), **sets)


AGAIN = (frozenset({"name"}), frozenset())
DELETED = (frozenset(), frozenset({"name"}))
LEFT = (frozenset[str](), frozenset[str]())


def test_a_hidden_widget_is_put_back() -> None:
    """Streamlit swept it away, runs ago or with this one."""
    assert sort("name") == AGAIN


def test_a_widget_on_the_page_is_left_alone() -> None:
    """The browser has a value of its own."""
    assert sort("name", present=True, alive=True) == LEFT
    assert sort("name", present=True, alive=True, last=True) == LEFT


def test_what_was_put_there_last_is_put_there_again() -> None:
    """A run that was cut short is never shown: the browser has not sent the value back."""
    assert sort("name", present=True, last=True) == AGAIN


def test_a_key_that_cannot_have_been_swept_away_was_deleted() -> None:
    """By a callback: the sweep takes only widgets that were not drawn."""
    assert sort("name", last=True) == DELETED
