"""Single pandas values: Timestamp, Timedelta, Interval, Period, NaT and NA.

A Timestamp is a datetime with more to it (nanoseconds, a unit), so it is kept by its own parts.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import row_of_bytes, row_of_parts
from fluxlit_component.errors import CorruptValue

_UNITS: Final = ("s", "ms", "us", "ns")
_MISSING: Final = {b"NaT": pd.NaT, b"NA": pd.NA}


def _take_timestamp(value: Any) -> list[Any]:
    parts = [int(value.asm8.view("i8")), value.unit, value.tz, value.fold]
    again = _timestamp(parts)
    if (again, again.fold, again.tz) != (value, value.fold, value.tz):
        raise refusal(value, "keep value.to_pydatetime()")
    return parts


def _timestamp(parts: Any) -> Any:
    moment, unit, zone, fold = parts
    value = pd.Timestamp(np.datetime64(moment, _unit(unit)))
    if zone is not None:
        value = value.tz_localize("UTC").tz_convert(zone)
    return value if value.fold == fold else value.replace(fold=fold)


def _timedelta(parts: Any) -> Any:
    span, unit = parts
    return pd.Timedelta(np.timedelta64(span, _unit(unit)))


def _interval(parts: Any) -> Any:
    left, right, closed = parts
    return pd.Interval(left, right, closed)


def _period(parts: Any) -> Any:
    ordinal, freq = parts
    return pd.Period(ordinal=ordinal, freq=freq)


def _unit(unit: Any) -> Any:
    if unit not in _UNITS:
        raise CorruptValue("a stored pandas moment is damaged")
    return unit


ROWS: Final = (
    row_of_parts(pd.Timestamp, Code.TIMESTAMP, _take_timestamp, _timestamp),
    row_of_parts(
        pd.Timedelta,
        Code.PANDAS_TIMEDELTA,
        lambda value: [int(value.asm8.view("i8")), value.unit],
        _timedelta,
    ),
    row_of_parts(
        pd.Interval, Code.INTERVAL, lambda value: [value.left, value.right, value.closed], _interval
    ),
    row_of_parts(pd.Period, Code.PERIOD, lambda value: [value.ordinal, value.freqstr], _period),
    row_of_bytes(type(pd.NaT), Code.MISSING, lambda _: b"NaT", _MISSING.__getitem__),
    row_of_bytes(type(pd.NA), Code.MISSING, lambda _: b"NA", _MISSING.__getitem__),
)
