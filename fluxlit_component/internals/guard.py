"""Less comfort, never an error: what a release of Streamlit has moved is done without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def guarded(look: Callable[[], T], default: T) -> T:
    """What `look` finds, or `default` if whatever it leans on is no longer there."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - whatever a new release did, the app goes on
        fell_back(look, error)
        return default


def fell_back(look: Callable[[], object], error: Exception) -> None:
    """Do nothing: here tests listen."""
