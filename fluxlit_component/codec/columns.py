"""One pandas column: an array of any ordinary dtype, in words the codec can keep.

A column is described by a list that starts with its family. Every family is kept by the very parts
pandas builds it from, so it is exact by construction; a dtype of no known family is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from fluxlit_component.codec import axes
from fluxlit_component.codec.rows import Encoding
from fluxlit_component.errors import CorruptValue, UnstorableValue

_MASKED: Final[dict[str, Any]] = {
    **dict.fromkeys(("Int8", "Int16", "Int32", "Int64"), pd.arrays.IntegerArray),
    **dict.fromkeys(("UInt8", "UInt16", "UInt32", "UInt64"), pd.arrays.IntegerArray),
    **dict.fromkeys(("Float32", "Float64"), pd.arrays.FloatingArray),
    "boolean": pd.arrays.BooleanArray,
}

_MAX_RANGE: Final = 2**16
"""Intervals between two ranges are made one by one when they are read."""


def describe(values: Any, encoding: Encoding) -> list[Any]:
    """Describe a Series, an Index or an extension array."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        plain = values.to_numpy()
        encoding.reserve(plain.nbytes, values)
        return ["object", plain.tolist()] if dtype.hasobject else ["numpy", plain]
    family = _FAMILIES.get(type(dtype))
    if family is None:
        raise UnstorableValue(f"pandas dtype {dtype}", "convert it to an ordinary dtype with astype")
    return family(getattr(values, "array", values), encoding)


def rebuild(description: Any) -> Any:
    """Build the array again: numpy for numpy dtypes, else the extension array."""
    name, *parts = description
    return _BUILDERS[name](*parts)


def object_array(items: list[Any]) -> Any:
    """A one-dimensional object array of exactly these items, whatever sequences they are."""
    return np.fromiter(items, dtype=object, count=len(items))


def _categorical(values: Any, encoding: Encoding) -> list[Any]:
    return ["category", axes.describe(values.categories, encoding), np.asarray(values.codes), values.ordered]


def _build_categorical(categories: Any, codes: Any, ordered: Any) -> Any:
    dtype = pd.CategoricalDtype(axes.rebuild(categories), ordered=ordered)
    return pd.Categorical.from_codes(codes, dtype=dtype)


def _zoned(values: Any, _: Encoding) -> list[Any]:
    return ["zoned", values.asi8, values.dtype.unit, values.dtype.tz]


def _build_zoned(moments: Any, unit: Any, zone: Any) -> Any:
    naive = pd.DatetimeIndex(_integers(moments).view(f"M8[{unit}]"))
    return naive.tz_localize("UTC").tz_convert(zone).array


def _period(values: Any, _: Encoding) -> list[Any]:
    freq = values.freqstr
    if pd.PeriodDtype(freq) != values.dtype:
        raise UnstorableValue(f"pandas dtype {values.dtype}", "its frequency cannot be named")
    return ["period", values.asi8, freq]


def _build_period(ordinals: Any, freq: Any) -> Any:
    return pd.arrays.PeriodArray(_integers(ordinals), dtype=pd.PeriodDtype(freq))


def _interval(values: Any, encoding: Encoding) -> list[Any]:
    if any(axes.is_long_range(side, _MAX_RANGE) for side in (values.left, values.right)):
        raise UnstorableValue(
            "pandas intervals", "their sides are ranges, and too long; use ordinary indexes"
        )
    left, right = axes.describe(values.left, encoding), axes.describe(values.right, encoding)
    return ["interval", left, right, values.closed]


def _build_interval(left: Any, right: Any, closed: Any) -> Any:
    sides = axes.rebuild(left), axes.rebuild(right)
    if any(axes.is_long_range(side, _MAX_RANGE) for side in sides):
        raise CorruptValue("a stored column is damaged")
    return pd.arrays.IntervalArray.from_arrays(*sides, closed)


def _masked(values: Any, encoding: Encoding) -> list[Any]:
    encoding.reserve(values.nbytes, values)
    dtype = values.dtype
    missing = values.isna()
    # What lies under the mask is no value, and differs from one origin to the next.
    return ["masked", dtype.name, values.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.type(0)), missing]


def _string(values: Any, encoding: Encoding) -> list[Any]:
    encoding.reserve(len(values), values)
    items = values.to_numpy(dtype=object, na_value=None).tolist()
    return ["string", values.dtype.storage, values.dtype.na_value is pd.NA, items]


def _build_string(storage: Any, missing_is_na: Any, items: Any) -> Any:
    if not {str, type(None)}.issuperset(map(type, items)):
        raise CorruptValue("a stored text column is damaged")
    if storage == "pyarrow_numpy" or missing_is_na:
        dtype = pd.StringDtype(storage)
    else:
        dtype = pd.StringDtype(storage, na_value=np.nan)
    return pd.array(object_array(items), dtype=dtype)


def _arrow(values: Any, encoding: Encoding) -> list[Any]:
    encoding.reserve(values.nbytes, values)
    return ["arrow", values.__arrow_array__()]


def _build_numpy(values: Any) -> Any:
    if type(values) is not np.ndarray or values.ndim != 1:
        raise CorruptValue("a stored column is damaged")
    return values


def _integers(values: Any) -> Any:
    if _build_numpy(values).dtype != np.int64:
        raise CorruptValue("a stored column is damaged")
    return values


_FAMILIES: Final[dict[type, Callable[[Any, Encoding], list[Any]]]] = {
    pd.CategoricalDtype: _categorical,
    pd.DatetimeTZDtype: _zoned,
    pd.PeriodDtype: _period,
    pd.IntervalDtype: _interval,
    pd.StringDtype: _string,
    pd.ArrowDtype: _arrow,
    **{type(pd.api.types.pandas_dtype(name)): _masked for name in _MASKED},
}
_BUILDERS: Final[dict[str, Callable[..., Any]]] = {
    "object": object_array,
    "numpy": _build_numpy,
    "category": _build_categorical,
    "zoned": _build_zoned,
    "period": _build_period,
    "interval": _build_interval,
    "masked": lambda name, values, missing: _MASKED[name](values, missing),
    "string": _build_string,
    "arrow": pd.arrays.ArrowExtensionArray,
}
