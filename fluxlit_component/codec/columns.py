"""Describes a pandas column or index of any ordinary dtype by values that the codec can keep.

The description is a list: the dtype's family or the class of the index, then the parts from which pandas
builds it, so the copy is exact. A dtype of no known family is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from fluxlit_component.codec.bounds import MAX_ITEMS
from fluxlit_component.codec.rows import Encoding, require
from fluxlit_component.errors import UnstorableValue

_INTEGERS: Final = tuple(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))
_MASKED: Final[dict[str, Any]] = {
    name: pd.api.types.pandas_dtype(name) for name in (*_INTEGERS, "Float32", "Float64", "boolean")
}
_MAX_RANGE: Final = 2**16  # limit of intervals whose sides are ranges: reading makes them one by one


def describe_index(index: Any, encoding: Encoding) -> list[Any]:
    """Describe an index. The first item is the name of its class."""
    kind = type(index)
    if getattr(pd, kind.__name__, None) is not kind:
        raise UnstorableValue(f"pandas index {kind.__name__}", "use an index class of pandas itself")
    if kind is pd.RangeIndex:
        return ["RangeIndex", index.start, index.stop, index.step, index.name]
    if kind is pd.MultiIndex:
        if _any_long(index.levels, MAX_ITEMS):
            raise UnstorableValue("pandas.MultiIndex", "a level is too long; use remove_unused_levels()")
        levels = [describe_index(level, encoding) for level in index.levels]
        codes = [np.asarray(code) for code in index.codes]
        return ["MultiIndex", levels, codes, list(index.names), index.sortorder]
    freq = _frequency(index.freq) if kind in (pd.DatetimeIndex, pd.TimedeltaIndex) else None
    return [kind.__name__, describe(index, encoding), index.name, freq]


def rebuild_index(description: Any) -> Any:
    """Build an index from its description."""
    name, *parts = description
    if name == "RangeIndex":
        *numbers, label = parts
        return pd.RangeIndex(*numbers, name=label)
    if name == "MultiIndex":
        described, codes, names, sortorder = parts
        levels = [rebuild_index(level) for level in described]
        require(not _any_long(levels, MAX_ITEMS), "index")
        return pd.MultiIndex(levels, codes, sortorder, names)
    column, label, freq = parts
    values = rebuild(column)
    index: Any = pd.Index(values, dtype=values.dtype, name=label)
    require(type(index).__name__ == name, "index")
    if freq is not None:
        index.freq = to_offset(freq)
    return index


def _any_long(indexes: Any, limit: int) -> bool:
    """Whether an index is a range (three numbers) of so many items that pandas must not visit each one."""
    return any(type(index) is pd.RangeIndex and len(index) > limit for index in indexes)


def _frequency(freq: Any) -> str | None:
    text: str | None = None if freq is None else freq.freqstr
    with suppress(ValueError):
        if text is None or to_offset(text) == freq:
            return text
    kind = f"pandas frequency {type(freq).__name__}"
    raise UnstorableValue(kind, "it cannot be named; keep the index without a freq")


def describe(values: Any, encoding: Encoding) -> list[Any]:
    """Describe a Series, an Index or an extension array."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        plain = values.to_numpy()
        encoding.reserve(plain.nbytes, values)
        return ["object", plain.tolist()] if dtype.hasobject else ["numpy", plain]
    if (family := _FAMILIES.get(type(dtype))) is None:
        raise UnstorableValue(f"pandas dtype {dtype}", "convert it to an ordinary dtype with astype")
    return family(getattr(values, "array", values), encoding)


def rebuild(description: Any) -> Any:
    """Build an array from its description: a numpy array for numpy dtypes, else an extension array."""
    name, *parts = description
    return _BUILDERS[name](*parts)


def _objects(items: list[Any]) -> Any:
    """A one-dimensional object array of exactly these items, even if they are sequences."""
    return np.fromiter(items, dtype=object, count=len(items))


def _numpy(values: Any, dtype: type | None = None) -> Any:
    require(type(values) is np.ndarray and values.ndim == 1 and dtype in (None, values.dtype), "column")
    return values


def _describe_categorical(values: Any, encoding: Encoding) -> list[Any]:
    categories = describe_index(values.categories, encoding)
    return ["category", categories, np.asarray(values.codes), values.ordered]


def _zoned(moments: Any, unit: Any, zone: Any) -> Any:
    naive = pd.DatetimeIndex(_numpy(moments, np.int64).view(f"M8[{unit}]"))
    return naive.tz_localize("UTC").tz_convert(zone).array


def _describe_period(values: Any, _: Encoding) -> list[Any]:
    freq = values.freqstr
    if pd.PeriodDtype(freq) != values.dtype:
        raise UnstorableValue(f"pandas dtype {values.dtype}", "its frequency cannot be named")
    return ["period", values.asi8, freq]


def _describe_interval(values: Any, encoding: Encoding) -> list[Any]:
    if _any_long((values.left, values.right), _MAX_RANGE):
        raise UnstorableValue("pandas intervals", "their sides are ranges, too long; use ordinary indexes")
    left, right = describe_index(values.left, encoding), describe_index(values.right, encoding)
    return ["interval", left, right, values.closed]


def _interval(left: Any, right: Any, closed: Any) -> Any:
    sides = rebuild_index(left), rebuild_index(right)
    require(not _any_long(sides, _MAX_RANGE), "column")
    return pd.arrays.IntervalArray.from_arrays(*sides, closed)


def _describe_masked(values: Any, encoding: Encoding) -> list[Any]:
    encoding.reserve(values.nbytes, values)
    dtype = values.dtype
    missing = values.isna()
    # Data under the mask is no value and may differ between equal columns, so it is replaced by zeros.
    return ["masked", dtype.name, values.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.type(0)), missing]


def _describe_text(values: Any, encoding: Encoding) -> list[Any]:
    encoding.reserve(len(values), values)
    items = values.to_numpy(dtype=object, na_value=None).tolist()
    return ["string", values.dtype.storage, values.dtype.na_value is pd.NA, items]


def _text(storage: Any, missing_is_na: Any, items: Any) -> Any:
    require({str, type(None)}.issuperset(map(type, items)), "text column")
    missing = {} if storage == "pyarrow_numpy" or missing_is_na else {"na_value": np.nan}
    return pd.array(_objects(items), dtype=pd.StringDtype(storage, **missing))


def _describe_arrow(values: Any, encoding: Encoding) -> list[Any]:
    encoding.reserve(values.nbytes, values)
    return ["arrow", values.__arrow_array__()]


_FAMILIES: Final[dict[type, Callable[[Any, Encoding], list[Any]]]] = {
    pd.CategoricalDtype: _describe_categorical,
    pd.DatetimeTZDtype: lambda values, _: ["zoned", values.asi8, values.dtype.unit, values.dtype.tz],
    pd.PeriodDtype: _describe_period,
    pd.IntervalDtype: _describe_interval,
    pd.StringDtype: _describe_text,
    pd.ArrowDtype: _describe_arrow,
    **{type(dtype): _describe_masked for dtype in _MASKED.values()},
}
_BUILDERS: Final[dict[str, Callable[..., Any]]] = {
    "object": _objects,
    "numpy": _numpy,
    "category": lambda kinds, codes, order: pd.Categorical.from_codes(codes, rebuild_index(kinds), order),
    "zoned": _zoned,
    "period": lambda n, freq: pd.arrays.PeriodArray(_numpy(n, np.int64), dtype=pd.PeriodDtype(freq)),
    "interval": _interval,
    "masked": lambda name, *parts: _MASKED[name].construct_array_type()(*parts),
    "string": _text,
    "arrow": pd.arrays.ArrowExtensionArray,
}
