"""One pandas Index of any kind, described by what it is made from."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from fluxlit_component.codec import columns
from fluxlit_component.codec.bounds import MAX_ITEMS
from fluxlit_component.codec.rows import Encoding
from fluxlit_component.errors import CorruptValue, UnstorableValue

KINDS: Final[tuple[type, ...]] = (
    pd.Index,
    pd.RangeIndex,
    pd.MultiIndex,
    pd.CategoricalIndex,
    pd.IntervalIndex,
    pd.DatetimeIndex,
    pd.TimedeltaIndex,
    pd.PeriodIndex,
)
_WITH_FREQUENCY: Final[dict[str, Any]] = {
    "DatetimeIndex": pd.DatetimeIndex,
    "TimedeltaIndex": pd.TimedeltaIndex,
}


def describe(index: Any, encoding: Encoding) -> list[Any]:
    """Describe an index; the first item is its class."""
    kind = type(index)
    if kind not in KINDS:
        raise UnstorableValue(f"pandas index {kind.__name__}", "use an index class of pandas itself")
    if kind is pd.RangeIndex:
        return ["RangeIndex", index.start, index.stop, index.step, index.name]
    if kind is pd.MultiIndex:
        if any(is_long_range(level, MAX_ITEMS) for level in index.levels):
            raise UnstorableValue(
                "pandas.MultiIndex", "a level is too long; use index.remove_unused_levels()"
            )
        levels = [describe(level, encoding) for level in index.levels]
        codes = [np.asarray(code) for code in index.codes]
        return ["MultiIndex", levels, codes, list(index.names), index.sortorder]
    freq = _frequency(index) if kind.__name__ in _WITH_FREQUENCY else None
    return [kind.__name__, columns.describe(index, encoding), index.name, freq]


def rebuild(description: Any) -> Any:
    """Build the index again."""
    name, *parts = description
    if name == "RangeIndex":
        start, stop, step, label = parts
        return pd.RangeIndex(start, stop, step, name=label)
    if name == "MultiIndex":
        levels, codes, names, sortorder = parts
        rebuilt = [rebuild(level) for level in levels]
        if any(is_long_range(level, MAX_ITEMS) for level in rebuilt):
            raise CorruptValue("a stored index is damaged")
        return pd.MultiIndex(rebuilt, codes, sortorder, names)
    column, label, freq = parts
    values = columns.rebuild(column)
    if name in _WITH_FREQUENCY:
        index = _WITH_FREQUENCY[name](values, freq=None if freq is None else to_offset(freq), name=label)
    else:
        index = pd.Index(values, dtype=values.dtype, name=label)
    if type(index).__name__ != name:
        raise CorruptValue("a stored index is damaged")
    return index


def is_long_range(index: Any, limit: int) -> bool:
    """Whether three numbers stand for so many items that pandas should not look at each of them."""
    return type(index) is pd.RangeIndex and len(index) > limit


def _frequency(index: Any) -> str | None:
    freq = index.freq
    if freq is None:
        return None
    text: str = freq.freqstr
    try:
        same = to_offset(text) == freq
    except ValueError:
        same = False
    if not same:
        raise UnstorableValue(
            f"pandas frequency {type(freq).__name__}", "it cannot be named; keep the index without a freq"
        )
    return text
