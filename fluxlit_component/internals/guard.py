"""Less comfort, never an error: what a release of Streamlit has moved is done without."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

D = TypeVar("D")
P = ParamSpec("P")
T = TypeVar("T")


def guard(otherwise: Callable[[], D]) -> Callable[[Callable[P, T]], Callable[P, T | D]]:
    """Have a function return `otherwise()` if whatever it leans on is no longer there."""

    def decorate(look: Callable[P, T]) -> Callable[P, T | D]:
        @wraps(look)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T | D:
            try:
                return look(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - whatever a new release did, the app goes on
                fell_back(look, error)
                return otherwise()

        return guarded

    return decorate


def guarded(look: Callable[[], T], default: T) -> T:
    """What `look` finds, or `default`: the same for a function that is called once."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001
        fell_back(look, error)
        return default


def nothing() -> None:
    """What is found of what is no longer there."""


def fell_back(look: Callable[..., object], error: Exception) -> None:
    """Do nothing: here tests listen."""
