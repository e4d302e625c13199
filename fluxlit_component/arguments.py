"""The arguments of `url_session`, checked: a wrong one gets a `ConfigurationError` that says what to give."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from typing_extensions import TypeVar

from fluxlit_component.errors import ConfigurationError

if TYPE_CHECKING:  # loaded only where an app has a model: each garbage collection looks at what is loaded
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel", default=Any)
"""The app's model. Without a model reading `session.state` is an error, so any type will do as default."""
Migration: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Takes the values of one schema version, returns those of the next."""
_TAKEN: Final = "fluxlit_link"
_UNPLAIN: Final = frozenset("&=#?+%: \t\r\n")


def patterns(name: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """Glob patterns; one string counts as one pattern."""
    if isinstance(patterns, str):
        return (patterns,)
    found = tuple(patterns) if isinstance(patterns, Iterable) else (patterns,)
    for pattern in found:
        if not isinstance(pattern, str):
            raise ConfigurationError(f"{name} takes glob patterns as strings, not {type(pattern).__name__}")
    return found


def switched(name: str, value: bool | Iterable[str]) -> tuple[str, ...]:  # noqa: FBT001 - what the app gave
    """Glob patterns; True: all, False: none."""
    return ("*",) if value is True else patterns(name, value or ())


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> Any:
    """One of a few words."""
    if value not in allowed:
        raise ConfigurationError(f"{name} must be one of {', '.join(map(repr, allowed))}, not {value!r}")
    return value


def name(name: str, value: str) -> str:
    """A plain query key."""
    if value == _TAKEN:
        raise ConfigurationError(f"{name} cannot be {value!r}: links of session.link() have that key")
    if not value or not _UNPLAIN.isdisjoint(value):
        raise ConfigurationError(
            f"{name} must be a plain query key without spaces or any of & = # ? + % :, not {value!r}"
        )
    return value


def seconds(name: str, value: float | None, default: float) -> float:
    """A finite number of seconds, or the default for None."""
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ConfigurationError(
            f"{name} takes a number of seconds, zero or negative for none, not {value!r}"
        )
    return value


def lifetime(name: str, value: float) -> float:
    """A finite, positive number of seconds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ConfigurationError(f"{name} takes a positive number of seconds, not {value!r}")
    return float(value)


def functions(given: Mapping[str, object], known: Iterable[str], others: Iterable[str]) -> None:
    """Functions under known names, or None. `others`: names of other arguments that may have been meant.

    Raises:
        TypeError: an unknown name, as Python itself raises it. The message also has the nearest known name.
    """
    for name, value in given.items():
        if name not in {*known}:
            from difflib import get_close_matches

            near = get_close_matches(name, [*known, *others], n=1, cutoff=0.5)
            hint = f". Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"url_session() got an unexpected keyword argument {name!r}{hint}")
        if value is not None and not callable(value):
            raise ConfigurationError(f"{name} takes a function of one Event, not {type(value).__name__}")
