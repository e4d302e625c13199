"""Mergers: what to do when two tabs changed the same key. Without one the last writer wins.

A merger takes the value that both tabs knew (`base`, None if there was none), the value that the other tab
wrote (`theirs`) and the value of this tab (`mine`). It returns a value with both changes and must not change
its arguments. Any callable with these arguments will do. Three common mergers are here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from fluxlit_component.codec import encode

Merger: TypeAlias = Callable[[Any, Any, Any], Any]  # ``(base, theirs, mine) -> merged``


def append(base: list[Any] | None, theirs: list[Any], mine: list[Any]) -> list[Any]:
    """For lists that only grow, such as a chat: theirs, then what this tab added.

    If this tab did more than append (it removed or changed older items), its list wins.
    """
    if not (isinstance(theirs, (list, tuple)) and isinstance(mine, (list, tuple))):
        raise TypeError("append merges lists and tuples; a text would become a list of its characters")
    before = [] if base is None else list(base)
    # The encoded bytes are compared, because `==` gives no usable answer for a frame or a NaN.
    if encode(list(mine[: len(before)])) != encode(before):
        return mine[:]
    return type(mine)([*theirs, *mine[len(before) :]])


def counter(base: float | None, theirs: float, mine: float) -> float:
    """For numbers that are counted up or down: both tabs' steps add up."""
    return theirs + (mine - (base or 0))


def union(base: set[Any] | None, theirs: set[Any], mine: set[Any]) -> set[Any]:
    """For sets: what either tab added is in, what either tab removed is out."""
    before = base or set()
    return type(mine)((theirs | (mine - before)) - (before - mine))


def in_place(mine: Any, merged: Any) -> Any:
    """`merged` as the object `mine`, if it can be that: the script has it, too, and goes on changing it."""
    if type(mine) is not type(merged) or type(mine) not in (list, dict, set):
        return merged
    content = merged.copy()
    mine.clear()
    (mine.extend if type(mine) is list else mine.update)(content)
    return mine
