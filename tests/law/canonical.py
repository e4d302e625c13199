"""A value written down so that two runs can be compared: types count, identity does not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any, Final

_PLAIN: Final = (str, bytes, int, float, bool, complex, type(None), dt.date, dt.time, dt.timedelta, enum.Enum)
_DEPTH: Final = 12


def canonical(value: Any, depth: int = 0) -> str:
    """Equal for equal values of equal type."""
    kind = type(value).__qualname__
    return kind if depth > _DEPTH else f"{kind} {_inner(value, depth + 1)}"


def _inner(value: Any, depth: int) -> str:
    if isinstance(value, _PLAIN):
        found = repr(value)
    elif isinstance(value, Mapping):
        pairs = [f"{canonical(k, depth)}: {canonical(v, depth)}" for k, v in value.items()]
        found = f"{{{', '.join(pairs)}}}"
    elif isinstance(value, list | tuple):
        found = f"[{', '.join(canonical(item, depth) for item in value)}]"
    elif isinstance(value, set | frozenset):
        found = f"{{{', '.join(sorted(canonical(item, depth) for item in value))}}}"
    elif hasattr(value, "to_csv") and hasattr(value, "dtypes"):
        found = f"{value.dtypes!r} {value.to_csv()}"
    elif dataclasses.is_dataclass(value):
        found = canonical(
            {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}, depth
        )
    else:
        found = canonical(vars(value), depth) if hasattr(value, "__dict__") else ""
    return found
