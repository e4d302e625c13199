"""How large, deep and rich a value may be, and the check of it.

The limits hold in both directions, so that whatever was written can be read. They protect the
server from a value that contains itself and from hostile bytes in a shared store; the caps
a visitor meets (1 MiB a value) are the caller's `max_bytes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

FORMAT: Final = 1
"""First byte of every stored value. Raise it when the layout changes, and keep reading the old."""
MAX_BYTES: Final = 64 * 2**20
"""Bytes of one encoded value."""
MAX_DEPTH: Final = 100
"""Containers inside containers."""
MAX_ITEMS: Final = 2**20
"""List items, dict keys and dict values of one value, all together. Array elements do not count."""
MAX_COPIED: Final = 2 * MAX_BYTES
"""Bytes of an extension times the extensions around it: each of these holds a copy while it is read."""
TOO_DEEP: Final = f"it is nested deeper than {MAX_DEPTH} levels, or contains itself"
TOO_MANY: Final = f"it has more than {MAX_ITEMS} items"

_CONTAINERS: Final = frozenset({list, dict})
_PLAIN_KEYS: Final = frozenset({str, int, float, bool, type(None)})


class OutOfBounds(ValueError):
    """A value deeper or richer than the limits; the message says which."""


@dataclass(eq=False, repr=False)
class Survey:
    """What is inside a tree of lists and dicts."""

    height: int
    items: int
    kinds: set[type]


def survey(value: object, *, depth: int = MAX_DEPTH, items: int = MAX_ITEMS) -> Survey:
    """Measure a tree of lists and dicts, level by level; anything else counts as a leaf.

    A level is a few sweeps of C-speed iterators, which keeps this cheaper than the packing. An
    item that appears twice counts twice, and a value that contains itself never runs out of levels:
    both end at a limit before they cost anything.
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
    # Rows of a table share their keys, so it pays to look at each distinct key once. An equal key of
    # another type may hide behind a plain one, but none of those that are looked for (bytes-like,
    # msgpack's own) ever equals a plain key.
    kinds = set(map(type, set().union(*dicts)))
    return kinds if kinds <= _PLAIN_KEYS else set(map(type, chain.from_iterable(dicts)))
