"""What of a widget somebody has chosen: the comparison of what it holds with its default."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fluxlit_component.codec import encode
from fluxlit_component.state.choices import encoded, is_default


class Option:
    """An option that cannot be stored, and compares by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Option) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


def test_a_value_that_cannot_be_stored_has_no_bytes() -> None:
    """Any other has those of the codec."""
    assert encoded([1, "a"]) == encode([1, "a"])
    assert encoded(print) is None


@pytest.mark.parametrize(
    ("value", "default"),
    [
        ("", ""),
        (None, None),
        (30, 30),
        ([], []),
        ((10, 20), (10, 20)),
        ({"rows": []}, {"rows": []}),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 1)),
        (pd.DataFrame({"a": [1.0, float("nan")]}), pd.DataFrame({"a": [1.0, float("nan")]})),
        (Option("a"), Option("a")),
    ],
)
def test_an_untouched_widget_shows_its_default(value: object, default: object) -> None:
    """By its bytes, or as equal where it has none."""
    assert is_default(value, lambda: default)


@pytest.mark.parametrize(
    ("value", "default"),
    [
        ("x", ""),
        ("", None),
        (0, False),
        (1, 1.0),
        ([1], (1,)),
        (dt.date(2024, 1, 2), dt.date(2024, 1, 1)),
        (Option("a"), Option("b")),
        (print, None),
        (Option("a"), "a"),
    ],
)
def test_any_other_value_is_a_choice(value: object, default: object) -> None:
    """An equal value of another type is not what the widget shows by itself."""
    assert not is_default(value, lambda: default)


def raises() -> Any:
    """As a widget's own code may."""
    raise IndexError("no options")


class Unwilling:
    """Cannot be stored, and answers with an array when it is compared."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> Any:
        return np.array([True, False])


@pytest.mark.parametrize("value", ["x", None, Unwilling()])
def test_what_cannot_be_told_is_a_choice(value: object) -> None:
    """Nothing that a visitor may have entered is lost for the sake of it."""
    assert not is_default(value, raises)
    assert not is_default(Unwilling(), Unwilling)
