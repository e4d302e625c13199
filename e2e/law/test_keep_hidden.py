"""`keep_hidden=`: widgets keep their values while they are not on the page; off by default."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = pytest.mark.core
Visit = Callable[..., Visitor]


def fill_in(visit: Visit, options: str) -> Visitor:
    """Open the app, see that it takes the option, and set two filters and a note."""
    visitor = visit("keep_hidden.py", LAW_OPTIONS=options)
    visitor.sees("size is 2")
    visitor.type("City", "Oslo")
    visitor.slide("Size", "ArrowRight")
    visitor.type("Note", "mine")
    expect_fields(visitor, "Oslo", 3, "mine")
    return visitor


def expect_fields(visitor: Visitor, city: str, size: int, note: str) -> None:
    """What the three hold."""
    visitor.sees_in("City", city)
    visitor.sees(f"size is {size}")
    visitor.sees_in("Note", note)


def hide_and_show(visitor: Visitor, *, reload: bool) -> None:
    """Take them off the page and put them back, with F5 between."""
    visitor.tick("Show")
    if reload:
        visitor.reload()
    visitor.tick("Show")


def leave_and_return(visitor: Visitor, *, reload: bool) -> None:
    """Go to another page and back, with F5 between."""
    visitor.follow("Second")
    if reload:
        visitor.reload()
    visitor.follow("First")


WAYS = pytest.mark.parametrize("way", [hide_and_show, leave_and_return], ids=["on the page", "by pages"])
Way = Callable[..., None]


@pytest.mark.parametrize(
    "reload", [pytest.param(False, id=""), pytest.param(True, id="f5", marks=pytest.mark.transport)]
)
@WAYS
def test_off_by_default(visit: Visit, way: Way, reload: bool) -> None:
    """Hidden widgets are Streamlit's business: they begin anew."""
    visitor = fill_in(visit, "{}")
    way(visitor, reload=reload)
    expect_fields(visitor, "", 2, "")


@pytest.mark.transport
@WAYS
def test_everything_is_kept(visit: Visit, way: Way, more_than_plain: None) -> None:
    """`keep_hidden=True`, with F5 while they are hidden and while they are shown."""
    visitor = fill_in(visit, '{"keep_hidden": true}')
    for reload in (False, True):
        way(visitor, reload=reload)
        expect_fields(visitor, "Oslo", 3, "mine")
    visitor.reload()
    expect_fields(visitor, "Oslo", 3, "mine")


@WAYS
def test_what_the_patterns_say_is_kept(visit: Visit, way: Way, more_than_plain: None) -> None:
    """`keep_hidden=["filter_*"]` keeps the filters and not the note."""
    visitor = fill_in(visit, '{"keep_hidden": ["filter_*"]}')
    for reload in (False, True):
        way(visitor, reload=reload)
        expect_fields(visitor, "Oslo", 3, "")


@pytest.mark.transport
def test_the_app_sees_what_is_kept(visit: Visit, more_than_plain: None) -> None:
    """A page without the widgets can use their values."""
    visitor = fill_in(visit, '{"keep_hidden": true}')
    visitor.follow("Second")
    visitor.sees("elsewhere city is Oslo")
    visitor.reload()
    visitor.sees("elsewhere city is Oslo")
