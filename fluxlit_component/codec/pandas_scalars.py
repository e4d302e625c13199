"""Single pandas values: Timestamp, Timedelta, Interval, Period, NaT and NA.

A Timestamp is a datetime with more to it (nanoseconds, a unit), so it is kept by its own parts.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Decoding, Encoding, Row
from fluxlit_component.errors import CorruptValue

_UNITS: Final = ("s", "ms", "us", "ns")
_MISSING: Final = {b"NaT": pd.NaT, b"NA": pd.NA}


def _pack_timestamp(value: Any, encoding: Encoding) -> bytes:
    parts = [int(value.asm8.view("i8")), value.unit, value.tz, value.fold]
    again = _timestamp(*parts)
    if (again, again.fold, again.tz) != (value, value.fold, value.tz):
        raise refusal(value, "keep value.to_pydatetime()")
    return encoding.pack(parts)


def _unpack_timestamp(payload: bytes, decoding: Decoding) -> Any:
    return _timestamp(*decoding.unpack(payload))


def _timestamp(moment: Any, unit: Any, zone: Any, fold: Any) -> Any:
    value = pd.Timestamp(np.datetime64(moment, _unit(unit)))
    if zone is not None:
        value = value.tz_localize("UTC").tz_convert(zone)
    return value if value.fold == fold else value.replace(fold=fold)


def _pack_timedelta(value: Any, encoding: Encoding) -> bytes:
    return encoding.pack([int(value.asm8.view("i8")), value.unit])


def _unpack_timedelta(payload: bytes, decoding: Decoding) -> Any:
    span, unit = decoding.unpack(payload)
    return pd.Timedelta(np.timedelta64(span, _unit(unit)))


def _pack_interval(value: Any, encoding: Encoding) -> bytes:
    return encoding.pack([value.left, value.right, value.closed])


def _unpack_interval(payload: bytes, decoding: Decoding) -> Any:
    left, right, closed = decoding.unpack(payload)
    return pd.Interval(left, right, closed)


def _pack_period(value: Any, encoding: Encoding) -> bytes:
    return encoding.pack([value.ordinal, value.freqstr])


def _unpack_period(payload: bytes, decoding: Decoding) -> Any:
    ordinal, freq = decoding.unpack(payload)
    return pd.Period(ordinal=ordinal, freq=freq)


def _pack_missing(value: Any, _: Encoding) -> bytes:
    return b"NaT" if value is pd.NaT else b"NA"


def _unpack_missing(payload: bytes, _: Decoding) -> Any:
    return _MISSING[payload]


def _unit(unit: Any) -> Any:
    if unit not in _UNITS:
        raise CorruptValue("a stored pandas moment is damaged")
    return unit


ROWS: Final = (
    Row(pd.Timestamp, Code.TIMESTAMP, _pack_timestamp, _unpack_timestamp),
    Row(pd.Timedelta, Code.PANDAS_TIMEDELTA, _pack_timedelta, _unpack_timedelta),
    Row(pd.Interval, Code.INTERVAL, _pack_interval, _unpack_interval),
    Row(pd.Period, Code.PERIOD, _pack_period, _unpack_period),
    Row(type(pd.NaT), Code.MISSING, _pack_missing, _unpack_missing),
    Row(type(pd.NA), Code.MISSING, _pack_missing, _unpack_missing),
)
