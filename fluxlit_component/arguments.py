"""The arguments of `url_session`, checked: a wrong one gets a `ConfigurationError` that says what to give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from typing_extensions import TypeVar

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.settings import A_QUERY_KEY, QUERY_KEY

if TYPE_CHECKING:  # loaded only where an app has a model: each garbage collection looks at what is loaded
    from pydantic import BaseModel

T = TypeVar("T")
M = TypeVar("M", bound="BaseModel", default=Any)
"""The app's model. Without a model reading `session.state` is an error, so any type will do as default."""
Migration: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Takes the values of one schema version, returns those of the next."""
_ENDLESS: Final = 1e15


def of_type(kind: Any, taken: str, /, **given: object) -> None:
    """Values of this type and no other: the text "no" would count as True. `taken` says what they may be."""
    for name, value in given.items():
        if not isinstance(value, kind):
            raise ConfigurationError(f"{name} takes {taken}, not {type(value).__name__}")


def patterns(name: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """Glob patterns; one string counts as one pattern."""
    if isinstance(patterns, str):
        return (patterns,)
    found = tuple(patterns) if isinstance(patterns, Iterable) else (patterns,)
    for pattern in found:
        of_type(str, "glob patterns as strings", **{name: pattern})
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
    if not isinstance(value, str) or not re.fullmatch(QUERY_KEY, value):
        raise ConfigurationError(f"{name} must be {A_QUERY_KEY}, not {value!r}")
    return value


def seconds(name: str, value: float | None, default: T) -> float | T:
    """A finite number of seconds, or the default for None."""
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _ENDLESS:
        raise ConfigurationError(f"{name} takes seconds, zero or negative for none, not {value!r}")
    return value


def lifetime(name: str, value: float) -> float:
    """A finite, positive number of seconds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < _ENDLESS:
        raise ConfigurationError(f"{name} takes a positive number of seconds, not {value!r}")
    return float(value)


def mergers(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Glob patterns with the function that merges the values of their keys."""
    of_type(None | Mapping, "glob patterns with functions", merge=given)  # no ABC is asked about None
    found = {**(given or {})}
    if not all(isinstance(pattern, str) and callable(merger) for pattern, merger in found.items()):
        raise ConfigurationError('merge takes glob patterns with functions, such as {"messages": append}')
    return found


def functions(given: Mapping[str, object], known: Iterable[str], others: Iterable[str]) -> None:
    """Functions under known names, or None. `others`: names of other arguments that may have been meant.

    An unknown name is a `TypeError`, as in Python itself. The message also has the nearest known name.
    """
    for name, value in given.items():
        if name not in {*known}:
            from difflib import get_close_matches

            names = ["store", *others, *known]
            near = [each for each in names if each.startswith(name)]
            near = near or get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f". Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"url_session() got an unexpected keyword argument {name!r}{hint}")
        of_type(Callable | None, "a function of one Event", **{name: value})
