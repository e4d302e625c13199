"""Stand-ins for `st` of every kind: queries and session states that refuse, fail or are something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

PARAM: Final = "fluxlit_sid"
KNOWN: Final = "K" * 43
OTHER: Final = "O" * 43
UNKNOWN: Final = "U" * 43
ODD: Final = "a b\0\r\n'\"\u202e&=" + "x" * 6000


class OnlyItems:
    """Query parameters that are no `MutableMapping`, but can be read and set."""

    def __init__(self, items: Mapping[str, Any]) -> None:
        self.items = dict(items)

    def get(self, key: str) -> Any:
        return self.items.get(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.items[key] = value


class Refusing(dict[str, Any]):
    """Query parameters that are there, and cannot be set."""

    def __setitem__(self, key: str, value: Any) -> None:
        raise RuntimeError(f"{key}={value} is not allowed here")


class Filtered(dict[str, Any]):
    """Session state that shows its own values only in `filtered_state`, as Streamlit's does."""

    @property
    def filtered_state(self) -> dict[str, Any]:
        return {key: value for key, value in self.items() if not key.startswith("internal")}


class NotFiltered(dict[str, Any]):
    """Session state with an attribute of that name which is something else."""

    filtered_state = "no mapping"


class Failing(dict[str, Any]):
    """Session state that cannot be listed."""

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("this state cannot be listed")


class FailingFiltered(dict[str, Any]):
    """Session state whose own view of itself fails."""

    @property
    def filtered_state(self) -> dict[str, Any]:
        raise RuntimeError("this state cannot be listed")


class ReadOnly(dict[str, Any]):
    """Session state that takes nothing."""

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("this state is read-only")

    def setdefault(self, key: str, default: Any = None) -> Any:
        raise TypeError("this state is read-only")


@dataclass
class Facade:
    """What the functions need of `st`, and no more."""

    query_params: Any
    session_state: Any


QUERIES: Final[dict[str, Callable[[], Any]]] = {
    "no id": dict,
    "known": lambda: {PARAM: KNOWN, "a": "1"},
    "unknown": lambda: {PARAM: UNKNOWN},
    "empty": lambda: {PARAM: ""},
    "list": lambda: {PARAM: [KNOWN, OTHER]},
    "list of an unknown one": lambda: {PARAM: [UNKNOWN, KNOWN]},
    "empty list": lambda: {PARAM: []},
    "list of an empty one": lambda: {PARAM: [""]},
    "number": lambda: {PARAM: 7},
    "None": lambda: {PARAM: None},
    "odd": lambda: {PARAM: ODD},
    "another parameter": lambda: {"sid": KNOWN},
    "no query": lambda: None,
    "no get": object,
    "read-only, no id": lambda: MappingProxyType({}),
    "read-only, known": lambda: MappingProxyType({PARAM: KNOWN}),
    "refusing": Refusing,
    "items only": lambda: OnlyItems({}),
    "items only, known": lambda: OnlyItems({PARAM: KNOWN}),
}
STATES: Final[dict[str, Callable[[], Any]]] = {
    "empty": dict,
    "partial": lambda: {"n": 1, "mine": "live"},
    "full": lambda: {"n": 1, "text": "live", "extra": None, "mine": (1, 2)},
    "private": lambda: {"__private": 1, "_ours": 2, "n": 1},
    "keys of other types": lambda: {1: "one", "n": 1},
    "filtered": lambda: Filtered({"n": 1, "internal": 2, "__private": 3}),
    "not filtered": lambda: NotFiltered({"n": 1, "internal": 2}),
    "failing": lambda: Failing({"n": 1}),
    "failing filter": lambda: FailingFiltered({"n": 1}),
    "read-only": lambda: ReadOnly({"n": 1}),
}
