"""Which values cannot have changed while they are the same object.

Such a value is not encoded again. The answer is conservative: False costs one encoding, a wrong True
would lose a change. So only exact types count, whose instances nobody can write to.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

_ATOMS: Final[frozenset[type]] = frozenset(
    {
        type(None), bool, int, float, complex, str, bytes,
        Decimal, Fraction, UUID, date, timedelta, timezone, ZoneInfo,
        PurePosixPath, PureWindowsPath, PosixPath, WindowsPath,
    }
)  # fmt: skip
_ZONES: Final = (type(None), timezone, ZoneInfo)
_PANDAS_ATOMS: Final = ("Timestamp", "Timedelta")
_DEPTH: Final = 20


def is_immutable(value: object) -> bool:
    """Whether `value`, being the same object as before, must also be equal to what it was."""
    return _is_immutable(value, _DEPTH)


def _is_immutable(value: object, depth: int) -> bool:
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is tuple or kind is frozenset:
        items: tuple[object, ...] | frozenset[object] = value  # type: ignore[assignment]
        if _ATOMS.issuperset(map(type, items)):
            return True
        return depth > 0 and all(_is_immutable(item, depth - 1) for item in items)
    if kind is datetime or kind is time:
        return type(value.tzinfo) in _ZONES  # type: ignore[attr-defined]
    if kind is range:
        return True
    # A member is kept by its name, and which one it is cannot change.
    return isinstance(value, Enum) or _is_engine_atom(value)


def _is_engine_atom(value: object) -> bool:
    """Numpy scalars and pandas moments; `sys.modules` is asked, so that no engine is imported."""
    numpy = sys.modules.get("numpy")
    # Another thread may be in the middle of importing it: then it has no `generic` yet.
    if isinstance(value, getattr(numpy, "generic", ())) and type(value).__module__ == "numpy":
        return type(value).__name__ not in ("void", "record", "object_")
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    return any(type(value) is getattr(pandas, name, None) for name in _PANDAS_ATOMS) and (
        type(getattr(value, "tzinfo", None)) in _ZONES
    )
