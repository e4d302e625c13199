"""Which values need not be encoded again."""

# ruff: noqa: DTZ901 - naive moments are values too

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from fluxlit_component.codec import is_immutable


class Colour(Enum):
    RED = 1


class Zone(dt.tzinfo):
    pass


class Text(str):
    __slots__ = ()


Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - the untyped kind is one of the values
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "value",
    [
        None, True, 1, 1.5, 1j, "x", b"x", Decimal(1), UUID(int=1), dt.date.min, dt.datetime.min,
        dt.timedelta(1), range(3),
        dt.datetime(2024, 1, 1, tzinfo=PARIS), dt.time(1, tzinfo=dt.timezone.utc), PARIS, Colour.RED, (),
        (1, ("x", None)),
        frozenset({1, (2,)}), PurePosixPath("a"), np.float64(1), np.datetime64("NaT", "s"),
        pd.Timestamp("2024", tz=PARIS),
        pd.Timedelta(1),
    ],
    ids=repr,
)  # fmt: skip
def test_value_cannot_change(value: Any) -> None:
    """The same object means the same value."""
    assert is_immutable(value)


@pytest.mark.parametrize(
    "value",
    [
        [], {}, set(), bytearray(), ([],), (1, ({},)), Text("x"), Pair(1, []), Pair(1, 2), np.zeros(1),
        np.zeros(1, "i4,i4")[0],
        pd.Series([1]), dt.datetime(2024, 1, 1, tzinfo=Zone()), (dt.time(1, tzinfo=Zone()),),
        MappingProxyType({}), object(), len,
        memoryview(b"x"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_value_may_change(value: Any) -> None:
    """Anything writable, anything with something writable inside, and every class that is not known."""
    assert not is_immutable(value)


def test_endless_nesting_is_answered() -> None:
    """Very deep tuples count as mutable: an encoding costs less than a RecursionError."""
    value: Any = ()
    for _ in range(100_000):
        value = (value, 1)
    assert not is_immutable(value)
