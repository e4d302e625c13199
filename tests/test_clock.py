"""Deadlines: the one place where expiry is reckoned."""

from __future__ import annotations

import pytest

from fluxlit_component.clock import deadline, is_past


def test_a_deadline_is_so_many_seconds_after_now() -> None:
    """A positive span is counted from now."""
    assert deadline(100.0, 2.5) == 102.5


@pytest.mark.parametrize("span", [None, 0, 0.0, -1, -0.5])
def test_no_span_means_never(span: float | None) -> None:
    """None, zero and negative spans mean that there is no deadline."""
    assert deadline(100.0, span) is None


@pytest.mark.parametrize(("now", "past"), [(99.9, False), (100.0, True), (100.1, True)])
def test_a_deadline_is_past_from_its_very_moment_on(now: float, past: bool) -> None:
    """The moment itself counts as past."""
    assert is_past(100.0, now) is past


def test_never_is_never_past() -> None:
    """None is not reached even at the end of time."""
    assert not is_past(None, float("inf"))
