"""Fallbacks for Streamlit's internals: if a release has moved one, the app has less comfort but no error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")


class _Guard:
    """Ends its block at an error. The fallback stands below. One object: decorators would make hundreds."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if not isinstance(error, Exception):  # also what ends a run
            return False
        fell_back(error)
        return True


guard: Final = _Guard()


def tried(look: Callable[[], T], otherwise: T) -> T:
    """What `look` returns, or `otherwise` if a release has moved what it looks for."""
    with guard:
        return look()
    return otherwise


def fell_back(error: Exception) -> None:
    """Do nothing. Tests replace this function to find out about fallbacks."""
