"""pandas DataFrame, Series, Index and extension arrays: axes, columns, names, attrs and flags.

Column by column, so duplicate and non-text labels need no rule of their own, and an object column is
kept when each of its values can be kept. Attributes an app hangs on a frame beside `attrs` are not
seen: pandas itself drops them at the next operation.
"""

from __future__ import annotations

import reprlib
from typing import Any, Final

import pandas as pd

from fluxlit_component.codec import axes, columns, pandas_scalars
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Decoding, Encoding, Engine, Row
from fluxlit_component.errors import CorruptValue, UnstorableValue

_ARRAYS: Final[tuple[type, ...]] = (
    pd.Categorical,
    pd.arrays.IntegerArray,
    pd.arrays.FloatingArray,
    pd.arrays.BooleanArray,
    pd.arrays.IntervalArray,
    pd.arrays.PeriodArray,
    pd.arrays.StringArray,
    pd.arrays.ArrowStringArray,
    pd.arrays.ArrowExtensionArray,
)


def _pack_frame(value: Any, encoding: Encoding) -> bytes:
    index, labels = axes.describe(value.index, encoding), axes.describe(value.columns, encoding)
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
    index, labels = axes.rebuild(described_index), axes.rebuild(described_labels)
    if len(parts) != len(labels):
        raise CorruptValue("a stored frame is damaged: columns are missing")
    made = [_series(columns.rebuild(decoding.unpack(part)), index) for part in parts]
    frame = pd.DataFrame(dict(enumerate(made)), index=index)
    frame.columns = labels
    return _finished(frame, attrs, duplicates)


def _pack_series(value: Any, encoding: Encoding) -> bytes:
    index = axes.describe(value.index, encoding)
    column = columns.describe(value, encoding)
    return encoding.pack([index, column, value.name, value.attrs, value.flags.allows_duplicate_labels])


def _unpack_series(payload: bytes, decoding: Decoding) -> Any:
    index, column, name, attrs, duplicates = decoding.unpack(payload)
    series = _series(columns.rebuild(column), axes.rebuild(index))
    series.name = name
    return _finished(series, attrs, duplicates)


def _pack_array(value: Any, encoding: Encoding) -> bytes:
    if value.ndim != 1:
        raise refusal(value, "keep it as a Series")
    return encoding.pack(columns.describe(value, encoding))


def _series(values: Any, index: Any) -> Any:
    if len(values) != len(index):
        raise CorruptValue("a stored column is damaged: it does not fit its index")
    # The explicit dtype keeps pandas from inferring text out of objects.
    return pd.Series(values, index=index, dtype=values.dtype, copy=False)


def _finished(value: Any, attrs: Any, duplicates: Any) -> Any:
    if type(attrs) is not dict or type(duplicates) is not bool:
        raise CorruptValue("a stored frame is damaged")
    value.attrs = attrs
    if not duplicates:
        value.flags.allows_duplicate_labels = False
    return value


ENGINE: Final = Engine(
    Row(pd.DataFrame, Code.FRAME, _pack_frame, _unpack_frame),
    Row(pd.Series, Code.SERIES, _pack_series, _unpack_series),
    *(
        Row(
            kind,
            Code.INDEX,
            lambda value, encoding: encoding.pack(axes.describe(value, encoding)),
            lambda payload, decoding: axes.rebuild(decoding.unpack(payload)),
        )
        for kind in axes.KINDS
    ),
    *(
        Row(
            kind,
            Code.COLUMN,
            _pack_array,
            lambda payload, decoding: columns.rebuild(decoding.unpack(payload)),
        )
        for kind in _ARRAYS
    ),
    *pandas_scalars.ROWS,
)
