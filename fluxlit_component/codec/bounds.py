"""Limits of a value: its bytes, its depth, its number of items, and the function that checks them.

They hold for writing and reading, so what was written can be read, and protect the server from a value that
contains itself and from hostile bytes in a shared store. The app's smaller caps are passed as `max_bytes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

FORMAT: Final = 1
"""First byte of every encoded value. Raise it when the layout changes, and keep reading the old layout."""
SEALED: Final = 2  # first byte of a value that `stores.cipher` has sealed, and so no `FORMAT`
MAX_BYTES: Final = 64 * 2**20  # bytes of one encoded value
MAX_DEPTH: Final = 100  # levels of containers inside containers
MAX_ITEMS: Final = 2**20
"""List items, dict keys and dict values of one value, counted together. Array elements do not count."""
MAX_COPIED: Final = 2 * MAX_BYTES
"""Bytes of an extension times the number of extensions around it: each holds a copy during reading."""
TOO_DEEP: Final = f"it is nested deeper than {MAX_DEPTH} levels, or contains itself"
TOO_MANY: Final = f"it has more than {MAX_ITEMS} items"

_CONTAINERS: Final = frozenset({list, dict})
_PLAIN_KEYS: Final = frozenset({str, int, float, bool, type(None)})


class OutOfBounds(ValueError):
    """A value has more levels or items than allowed. The message names the limit."""


@dataclass(eq=False, repr=False)
class Survey:
    """The number of levels and items of a tree of lists and dicts, and the types in it."""

    height: int
    items: int
    kinds: set[type]


def survey(value: object, *, depth: int = MAX_DEPTH, items: int = MAX_ITEMS) -> Survey:
    """Measure a tree of lists and dicts, level by level. Every other value counts as a leaf.

    Iterators in C pass over each level, so this is cheaper than the packing. An item that appears twice
    counts twice, and a value that contains itself has endless levels: both soon end at a limit.
    """
    if type(value) is list and depth and len(value) <= items:
        flat = set(map(type, value))
        if flat.isdisjoint(_CONTAINERS):  # most tuples and sets
            return Survey(1, len(value), flat)
    found, level = {type(value)}, [value]
    kinds = found.copy()
    height = count = 0
    while not found.isdisjoint(_CONTAINERS):
        height += 1
        if height > depth:
            raise OutOfBounds(TOO_DEEP)
        lists, dicts = _pick(list, level, found), _pick(dict, level, found)
        count += sum(map(len, lists)) + 2 * sum(map(len, dicts))
        if count > items:
            raise OutOfBounds(TOO_MANY)
        if dicts:
            kinds |= _kinds_of_keys(dicts)
        found = set(map(type, _parts(lists, dicts)))
        kinds |= found
        if not found.isdisjoint(_CONTAINERS):
            level = list(_parts(lists, dicts))
    return Survey(height, count, kinds)


def _pick(kind: type, level: list[Any], found: set[type]) -> list[Any]:
    if kind not in found:
        return []
    return level if len(found) == 1 else [part for part in level if type(part) is kind]


def _parts(lists: list[Any], dicts: list[Any]) -> Iterable[Any]:
    return chain.from_iterable(chain(lists, map(dict.values, dicts)))


def _kinds_of_keys(dicts: list[Any]) -> set[type]:
    # Rows of a table share their keys, so it is faster to look at each distinct key once. A set keeps only
    # one of several equal keys, so a type may be missed. But keys of the types that callers look for
    # (bytes-like, msgpack's own) never equal a plain key.
    kinds = set(map(type, set().union(*dicts)))
    return kinds if kinds <= _PLAIN_KEYS else set(map(type, chain.from_iterable(dicts)))
