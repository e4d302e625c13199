"""What a fragment of Streamlit's own changes is there after F5, without a run of the whole script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]


def test_an_edit_in_a_fragment_is_applied(visit: Visit) -> None:
    """After F5 the text that is applied is the one typed last, not the one that came back."""
    visitor = visit("fragment_edit.py")
    visitor.type("Draft", "one")
    visitor.press("Apply")
    visitor.sees("applied: one")
    visitor.reload()
    visitor.sees_in("Draft", "one")
    visitor.type("Draft", "two")
    visitor.press("Apply")
    visitor.sees("applied: two")
    visitor.sees_in("Draft", "two")


def test_an_edit_in_a_fragment_after_another_page(visit: Visit) -> None:
    """Another page and back empties the draft, as without the session; then the next one is applied."""
    visitor = visit("fragment_edit.py")
    visitor.type("Draft", "one")
    visitor.press("Apply")
    visitor.follow("Rest")
    visitor.follow("Edit")
    visitor.sees_in("Draft", "")
    visitor.type("Draft", "two")
    visitor.press("Apply")
    visitor.sees("applied: two")
    visitor.reload()
    visitor.sees("applied: two")


def test_a_click_in_a_fragment(visit: Visit) -> None:
    """A number that only the fragment changed."""
    visitor = visit("plain_fragments.py")
    visitor.tab.forget_runs()
    visitor.press("Add inside")
    visitor.press("Add inside")
    visitor.sees("inner is 2, rounds is 0")
    assert visitor.tab.runs == 0
    visitor.reload()
    visitor.sees("inner is 2, rounds is 0")


def test_a_field_in_a_fragment(visit: Visit) -> None:
    """A text that was typed into the fragment, with no full run after it."""
    visitor = visit("plain_fragments.py")
    visitor.type("Inside", "typed")
    visitor.reload()
    visitor.sees_in("Inside", "typed")


def test_a_fragment_that_runs_itself_again(visit: Visit) -> None:
    """`st.rerun(scope="fragment")` leaves the first of its two runs by an exception."""
    visitor = visit("plain_fragments.py")
    visitor.press("Go round")
    visitor.sees("inner is 0, rounds is 1")
    visitor.reload()
    visitor.sees("inner is 0, rounds is 1")


def test_a_fragment_that_counts_by_itself(visit: Visit) -> None:
    """`run_every`: nobody clicks, and what was counted is there when the page is loaded."""
    visitor = visit("plain_fragments.py")
    visitor.press("Start the clock")
    visitor.sees("ticks is 3")
    visitor.reload()
    visitor.sees("at load 3 ticks")
