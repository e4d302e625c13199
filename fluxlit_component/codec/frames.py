"""pandas: DataFrame, Series, Index, extension arrays and single values.

A frame is packed column by column, so duplicate and non-text labels need no special rule. An object column is
kept if each of its values can be kept. Attributes that an app sets on a frame beside `attrs` are not kept:
pandas itself drops them at the next operation.
"""

from __future__ import annotations

import reprlib
from typing import Any, Final

import numpy as np
import pandas as pd

from fluxlit_component.codec import columns
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, require, row_of_parts
from fluxlit_component.errors import UnstorableValue

_MISSING: Final = {b"NaT": pd.NaT, b"NA": pd.NA}


def _pack_frame(value: Any, encoding: Encoding) -> bytes:
    index = columns.describe_index(value.index, encoding)
    labels = columns.describe_index(value.columns, encoding)
    parts = []
    for label, column in value.items():
        try:
            parts.append(encoding.pack(columns.describe(column, encoding)))
        except UnstorableValue as error:
            place = f"pandas column {reprlib.repr(label)}: {error.type_name}"
            raise UnstorableValue(place, error.remedy) from None
    return encoding.pack([index, labels, parts, value.attrs, value.flags.allows_duplicate_labels])


def _unpack_frame(payload: bytes, decoding: Decoding) -> Any:
    described_index, described_labels, parts, attrs, duplicates = decoding.unpack(payload)
    index, labels = columns.rebuild_index(described_index), columns.rebuild_index(described_labels)
    require(len(parts) == len(labels), "frame")
    made = [_series(columns.rebuild(decoding.unpack(part)), index) for part in parts]
    frame = pd.DataFrame(dict(enumerate(made)), index=index)
    frame.columns = labels
    return _finished(frame, attrs, duplicates)


def _pack_series(value: Any, encoding: Encoding) -> bytes:
    index = columns.describe_index(value.index, encoding)
    column = columns.describe(value, encoding)
    return encoding.pack([index, column, value.name, value.attrs, value.flags.allows_duplicate_labels])


def _unpack_series(payload: bytes, decoding: Decoding) -> Any:
    index, column, name, attrs, duplicates = decoding.unpack(payload)
    series = _series(columns.rebuild(column), columns.rebuild_index(index))
    series.name = name
    return _finished(series, attrs, duplicates)


def _series(values: Any, index: Any) -> Any:
    require(len(values) == len(index), "column")
    # The explicit dtype keeps pandas from inferring text out of objects.
    return pd.Series(values, index=index, dtype=values.dtype, copy=False)


def _finished(value: Any, attrs: Any, duplicates: Any) -> Any:
    require(type(attrs) is dict and type(duplicates) is bool, "frame")
    value.attrs = attrs
    if not duplicates:
        value.flags.allows_duplicate_labels = False
    return value


def _pack_array(value: Any, encoding: Encoding) -> bytes:
    if value.ndim != 1 or isinstance(value.dtype, np.dtype | pd.DatetimeTZDtype):
        raise refusal(value, "keep it as a Series")
    return encoding.pack(columns.describe(value, encoding))


def _take_timestamp(value: Any) -> list[Any]:
    """The parts of a Timestamp. It has more than a datetime: nanoseconds and a unit."""
    parts = [int(value.asm8.view("i8")), value.unit, value.tz, value.fold]
    again = _timestamp(*parts)
    if (again, again.fold, again.tz) != (value, value.fold, value.tz):
        raise refusal(value, "keep value.to_pydatetime()")
    return parts


def _timestamp(moment: Any, unit: Any, zone: Any, fold: Any) -> Any:
    value = pd.Timestamp(np.datetime64(moment, unit))
    if zone is not None:
        value = value.tz_localize("UTC").tz_convert(zone)
    return value if value.fold == fold else value.replace(fold=fold)


ROWS: Final = (
    Row(pd.DataFrame, Code.FRAME, _pack_frame, _unpack_frame),
    Row(pd.Series, Code.SERIES, _pack_series, _unpack_series),
    row_of_parts(pd.Timestamp, Code.TIMESTAMP, _take_timestamp, _timestamp),
    row_of_parts(
        pd.Timedelta,
        Code.PANDAS_TIMEDELTA,
        lambda value: [int(value.asm8.view("i8")), value.unit],
        lambda span, unit: pd.Timedelta(np.timedelta64(span, unit)),
    ),
    row_of_parts(pd.Interval, Code.INTERVAL, lambda x: [x.left, x.right, x.closed], pd.Interval),
    row_of_parts(
        pd.Period,
        Code.PERIOD,
        lambda value: [value.ordinal, value.freqstr],
        lambda ordinal, freq: pd.Period(ordinal=ordinal, freq=freq),
    ),
    Row(type(pd.NaT), Code.MISSING, lambda *_: b"NaT", lambda payload, _: _MISSING[payload]),
    Row(type(pd.NA), Code.MISSING, lambda *_: b"NA", lambda payload, _: _MISSING[payload]),
    Row(
        pd.Index,
        Code.INDEX,
        lambda value, encoding: encoding.pack(columns.describe_index(value, encoding)),
        lambda data, decoding: columns.rebuild_index(decoding.unpack(data)),
        family=True,
    ),
    Row(
        pd.api.extensions.ExtensionArray,
        Code.COLUMN,
        _pack_array,
        lambda data, decoding: columns.rebuild(decoding.unpack(data)),
        family=True,
    ),
)
