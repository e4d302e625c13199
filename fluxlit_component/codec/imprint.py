"""A quick mark of a value made of plain builtins: the same mark, the same value, types included.

Asking "has it changed?" of a list of rows in every run need not cost an encoding: marshal writes such a
tree in one go. It is a mark only, kept in memory by the process that made it and never read back.

Version 2 is the newest form without back references: those depend on who else holds an object.
"""

from __future__ import annotations

import marshal
from itertools import chain
from typing import Any, Final

_VERSION: Final = 2
_SEQUENCES: Final = frozenset({list, tuple, set, frozenset})
_ATOMS: Final = frozenset({type(None), bool, int, float, complex, str})
_CONTAINERS: Final = _SEQUENCES | {dict}
_PLAIN: Final = _CONTAINERS | _ATOMS


def imprint(value: Any) -> bytes | None:
    """The mark of a list, tuple, set or dict; None for another value, or one marshal does not know.

    Only to be compared with the mark of a value that `is_marked_exactly`: marshal writes anything with a
    buffer (a bytearray, an array) as it writes bytes, so such a mark would not tell them apart.
    """
    if type(value) not in _CONTAINERS:
        return None
    try:
        return marshal.dumps(value, _VERSION)
    except ValueError:
        return None


def is_marked_exactly(value: object) -> bool:
    """Whether no other value has the mark of this one: it is made of plain builtins without any bytes."""
    level: list[Any] = [value]
    while True:
        kinds = set(map(type, level))
        if kinds <= _ATOMS:
            return True
        if not kinds <= _PLAIN:
            return False
        parts = [item for item in level if type(item) in _SEQUENCES]
        if dict in kinds:
            dicts = [item for item in level if type(item) is dict]
            parts += [item.keys() for item in dicts]
            parts += [item.values() for item in dicts]
        level = list(chain.from_iterable(parts))
