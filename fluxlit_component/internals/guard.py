"""Fallbacks for Streamlit's internals: if a release has moved one, the app has less comfort but no error."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

D = TypeVar("D")
P = ParamSpec("P")
T = TypeVar("T")


def guard(otherwise: Callable[[], D]) -> Callable[[Callable[P, T]], Callable[P, T | D]]:
    """Have a function return `otherwise()` if something that it needs of Streamlit is no longer there."""

    def decorate(look: Callable[P, T]) -> Callable[P, T | D]:
        @wraps(look)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T | D:
            try:
                return look(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - whatever a new release has changed, the app goes on
                fell_back(look, error)
                return otherwise()

        del guarded.__wrapped__  # its dict would be one more object for each garbage collection
        return guarded

    return decorate


if not TYPE_CHECKING:  # functions with the same fallback share one cell: fewer objects in each collection
    guard = cache(guard)


def guarded(look: Callable[[], T], default: T) -> T:
    """The result of `look`, or `default` if it fails. This is `guard` for a single call."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - as above
        fell_back(look, error)
        return default


def nothing() -> None:
    """The fallback of functions that return None."""


def fell_back(look: Callable[..., object], error: Exception) -> None:
    """Do nothing. Tests replace this function to find out about fallbacks."""
