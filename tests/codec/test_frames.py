"""pandas, polars, pyarrow: every ordinary dtype and axis comes back exactly, others are refused by name."""

# ruff: noqa: DTZ001 - naive moments are values too

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import UnstorableValue


def frames() -> dict[str, Any]:
    """Values of pandas and pyarrow, one of each kind."""
    moments = pd.date_range("2024-03-30", periods=4, freq="6h", tz="Europe/Paris")
    noted = pd.DataFrame({"a": [1]})
    noted.attrs["source"] = {"url": ("a", 1)}
    noted.flags.allows_duplicate_labels = False
    one_na = pd.DataFrame({"f": pd.array([0.0, 1.0, None], dtype="Float64")})
    return {
        "integers and floats": pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "c": [-0.0, np.inf]}),
        "every numpy number": pd.DataFrame(
            {
                kind: np.array([0, 1]).astype(kind)
                for kind in ("?", "i1", "u2", "i4", "u8", "f4", "f8", "c8", "c16")
            }
        ),
        "big-endian": pd.DataFrame({"a": np.array([1, 2], ">i4")}),
        "text": pd.DataFrame({"a": ["x", None, "\u00e9"]}),
        "objects": pd.Series(
            ["x", None, 1, 2.5, (1, 2), np.nan, pd.NA, pd.NaT, np.int64(3), [1]], dtype=object
        ),
        "texts as objects": pd.DataFrame({"a": pd.Series(["x", "y"], dtype=object)}),
        "lists": pd.DataFrame({"a": [[1, 2], [3, 4]]}),
        "dates as objects": pd.DataFrame(
            {"a": [dt.date(2024, 1, 1), None], "b": [decimal.Decimal("1.10"), None]}
        ),
        "duplicate columns": pd.DataFrame([[1, "a"], [2, "b"]], columns=["x", "x"]),
        "columns of many types": pd.DataFrame([[1, 2, 3, 4]], columns=[0, "a", None, ("t", 1)]),
        "column name": pd.DataFrame({"a": [1]}).rename_axis(columns="cols", index="rows"),
        "zoned": pd.DataFrame({"t": moments}, index=moments),
        "fixed offset": pd.Series(moments.tz_convert("+05:30")),
        "utc": pd.Series(moments.tz_convert("UTC")),
        "every unit": pd.DataFrame(
            {u: np.array(["2024-01-01", "NaT"], f"M8[{u}]") for u in ("s", "ms", "us", "ns")}
        ),
        "spans": pd.DataFrame({u: np.array([1, "NaT"], f"m8[{u}]") for u in ("s", "ms", "us", "ns")}),
        "categories": pd.DataFrame(
            {"c": pd.Categorical(["a", None], categories=["b", "a", "z"], ordered=True)}
        ),
        "categories of numbers": pd.Series([3, 1, 3], dtype="category"),
        "categories of intervals": pd.cut(pd.Series([1, 5, 9]), 3),
        "nullable": pd.DataFrame(
            {kind: pd.array([1, None, 0], dtype=kind) for kind in ("Int8", "UInt64", "Float32", "boolean")}
        ),
        "nan beside na": one_na / one_na,
        "string, python": pd.Series(["a", None, "\ud800"], dtype=pd.StringDtype("python")),
        "string, pyarrow": pd.Series(["a", None], dtype=pd.StringDtype("pyarrow")),
        "arrow integers": pd.Series([1, None], dtype="int64[pyarrow]"),
        "arrow decimals": pd.Series(
            [decimal.Decimal("1.20"), None], dtype=pd.ArrowDtype(pa.decimal128(5, 2))
        ),
        "arrow lists": pd.Series([[1], None], dtype=pd.ArrowDtype(pa.list_(pa.int8()))),
        "periods": pd.DataFrame(
            {
                "p": pd.period_range("2024-01", periods=2, freq="M"),
                "q": pd.PeriodIndex(["NaT", "2024Q1"], freq="Q-JAN"),
            }
        ),
        "intervals": pd.DataFrame({"i": pd.interval_range(0.0, 3.0, 3, closed="both")}),
        "rows by several keys": pd.DataFrame(
            {"v": [1, 2, 3]},
            index=pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", np.nan)], names=["k", None]),
        ),
        "columns by several keys": pd.DataFrame(
            [[1, 2]], columns=pd.MultiIndex.from_product([["a"], ["x", "y"]])
        ),
        "unused levels": pd.DataFrame(
            {"v": [1, 2]}, index=pd.MultiIndex.from_product([["a", "b"], [1]])
        ).iloc[:1],
        "nothing": pd.DataFrame(),
        "no rows": pd.DataFrame({"a": pd.Series([], dtype="int8"), "b": pd.Series([], dtype="category")}),
        "no columns": pd.DataFrame(index=[1, 2]),
        "attrs and flags": noted,
        "slice of a frame": pd.DataFrame({"a": range(10), "b": range(10)})[["b"]].iloc[::-3],
        "named series": pd.Series([1, 2], name=("a", 1)),
        "numpy name": pd.Series([1], name=np.int64(5)),
        "index of floats": pd.Index([1.5, np.nan], name="n"),
        "index of objects": pd.Index(["a", 1, None], dtype=object),
        "index of text": pd.Index(["a", "b"]),
        "index of booleans": pd.Index([True, False]),
        "index of nullables": pd.Index([1, None], dtype="Int64"),
        "range index": pd.RangeIndex(3, 9, 2, name="q"),
        "dates with freq": pd.date_range("2024-01-31", periods=3, freq="ME"),
        "dates without freq": pd.DatetimeIndex(["2024-01-01", "2024-01-05"]),
        "business days": pd.bdate_range("2024-01-01", periods=3),
        "sliced freq": pd.date_range("2024-01-01", periods=9, freq="15min")[::3],
        "spans with freq": pd.timedelta_range("1h", periods=3),
        "category index": pd.CategoricalIndex(["a", "b"], name="c"),
        "period index": pd.period_range("2024", periods=2, freq="D"),
        "interval index": pd.interval_range(0, 2),
        "intervals between ranges": pd.arrays.IntervalArray.from_arrays(
            pd.RangeIndex(3), pd.RangeIndex(1, 4)
        ),
        "index of pairs": pd.DataFrame([[1, 2]], columns=pd.Index([("a", 1), ("b", 2)], tupleize_cols=False)),
        "several keys, twice the same": pd.DataFrame(
            [[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "x")])
        ),
        "categorical": pd.Categorical(["a", None]),
        "array of integers": pd.array([1, None], dtype="Int64"),
        "timestamp": pd.Timestamp("2024-10-27 04:30:00.123456789", tz="Europe/Paris"),
        "timestamp in the fold": pd.Timestamp(
            year=2024, month=10, day=27, hour=2, fold=1, tz=ZoneInfo("Europe/Paris")
        ),
        "timestamp in seconds": pd.Timestamp("2024-01-01").as_unit("s"),
        "timedelta": pd.Timedelta("3h 7ns"),
        "interval": pd.Interval(pd.Timestamp("2024"), pd.Timestamp("2025"), closed="left"),
        "period": pd.Period("2024Q1"),
        "NaT": pd.NaT,
        "NA": pd.NA,
        "pandas inside": {"frames": [pd.DataFrame({"a": [1]}), (pd.NaT,)]},
        "table": pa.table(
            {"a": [1, None], "d": pa.array(["x", "y"]).dictionary_encode()}
        ).replace_schema_metadata({"k": "v"}),
        "table without rows": pa.table({"a": pa.array([], pa.int8())}),
        "table without columns": pa.table({}),
        "table, nested": pa.table({"a": [[{"x": 1}], None], "n": [None, None], "f": [float("inf"), -0.0]}),
        "sliced table": pa.table({"a": list(range(9)), "s": list("abcdefghi")}).slice(2, 3),
        "record batch": pa.record_batch({"a": [1]}),
        "empty record batch": pa.record_batch({"a": pa.array([], pa.int8())}),
        "arrow array": pa.array([[1], None]),
        "empty arrow array": pa.array([], pa.int8()),
        "chunks": pa.chunked_array([[1], [2]]),
        "no chunks": pa.chunked_array([], pa.int8()),
    }


@pytest.mark.parametrize("value", frames().values(), ids=frames().keys())
def test_frame_comes_back_exactly(value: Any, same: Any) -> None:
    """Values, dtypes, axes, names, freq, attrs and flags, each by its own type; and the same bytes again."""
    data = encode(value)
    again = decode(data)
    assert same(value, again)
    assert encode(again) == data


def test_frames_come_back_through_a_store(keep: Any, same: Any) -> None:
    """All of them in one session, saved by one tab and loaded by another."""
    back, skipped = keep(frames())
    assert skipped == {}
    for name, value in frames().items():
        assert same(value, back[name]), name


def polars_values() -> dict[str, Any]:
    """Values of polars, one of each kind."""
    return {
        "plain": pl.DataFrame(
            {"a": [1, None], "s": ["x", None], "f": [float("nan"), -0.0], "b": [True, None]}
        ),
        "categories": pl.DataFrame(
            {
                "c": pl.Series(["a", "b"], dtype=pl.Categorical),
                "e": pl.Series(["a", "b"], dtype=pl.Enum(["b", "a"])),
            }
        ),
        "moments": pl.DataFrame(
            {
                "d": [dt.date(2024, 1, 1)],
                "t": [dt.time(1, 2)],
                "s": [dt.timedelta(1)],
                "z": pl.Series([dt.datetime(2024, 1, 1)], dtype=pl.Datetime("ms", "Europe/Paris")),
            }
        ),
        "nested": pl.DataFrame(
            {
                "l": [[1], []],
                "s": [{"a": 1}, {"a": None}],
                "a": pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int8, 2)),
            }
        ),
        "decimals, bytes, nulls": pl.DataFrame({"d": [decimal.Decimal("1.20")], "b": [b"a"], "n": [None]}),
        "nothing": pl.DataFrame(),
        "no rows": pl.DataFrame(schema={"a": pl.Int8, "s": pl.String}),
        "series": pl.Series("x", [1, 2]),
        "series without a name": pl.Series([1, 2]),
        "column without a name": pl.DataFrame({"": [1], "column_0": [2]}),
    }


@pytest.mark.parametrize("value", polars_values().values(), ids=polars_values().keys())
def test_polars_value_comes_back_exactly(value: Any) -> None:
    """Schema and values, nulls and NaN apart."""
    try:
        again = decode(encode(value))
    except UnstorableValue:
        # Exact or refused: the first releases lose Enum and Decimal on the way through Arrow.
        assert int(pl.__version__.split(".")[1]) < 30
        pytest.skip("not exact in this release of polars, and refused")
    assert type(again) is type(value)
    assert getattr(again, "schema", again.dtype if hasattr(again, "dtype") else None) == getattr(
        value, "schema", value.dtype if hasattr(value, "dtype") else None
    )
    assert again.equals(value)
    assert getattr(again, "name", None) == getattr(value, "name", None)


class MyFrame(pd.DataFrame):
    pass


class Stars(pa.ExtensionType):
    def __init__(self) -> None:
        super().__init__(pa.int64(), "stars")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""


def refused() -> dict[str, tuple[Any, str]]:
    """Values that are refused, and what the error must say."""
    holidays = pd.offsets.CustomBusinessDay(holidays=["2024-01-02"])
    return {
        "sparse": (pd.DataFrame({"col": pd.arrays.SparseArray([0, 1])}), "'col'"),
        "object": (pd.DataFrame({"fine": [1], "bad one": [object()]}), "'bad one'"),
        "subclass": (MyFrame({"a": [1]}), "MyFrame"),
        "unnamed freq": (pd.date_range("2024-01-01", periods=3, freq=holidays), "freq"),
        "long range of keys": (pd.MultiIndex([pd.RangeIndex(2**20 + 1)], [[0]]), "remove_unused_levels"),
        "long ranges": (
            pd.arrays.IntervalArray.from_arrays(pd.RangeIndex(2**16 + 1), pd.RangeIndex(1, 2**16 + 2)),
            "too long",
        ),
        "rolling": (pd.Series([1]).rolling(1), "pandas"),
        "offset": (pd.offsets.Day(), "pandas"),
        "long long": (pd.DataFrame({"q": np.array([1], np.longlong)}), "'q'"),
        "attrs": (pd.Series([1]).set_axis(["a"]), ""),
        "polars objects": (pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)}), "cast"),
        "polars lazy": (pl.LazyFrame({"a": [1]}), "collect"),
        "arrow extension": (pa.ExtensionArray.from_storage(Stars(), pa.array([1])), "extension"),
        "arrow runs": (pa.RunEndEncodedArray.from_arrays([3], ["x"]), "run-end"),
        "arrow scalar": (pa.scalar(1), "Table"),
        "arrow schema": (pa.schema([("a", pa.int8())]), "Table"),
    }


@pytest.mark.parametrize(("value", "text"), refused().values(), ids=refused().keys())
def test_frame_is_refused_by_name(value: Any, text: str) -> None:
    """The error says which column and what to do."""
    if text == "":
        value.attrs["lock"] = object()
    with pytest.raises(UnstorableValue) as caught:
        encode(value)
    assert text in str(caught.value)


def test_decoded_frame_can_be_changed() -> None:
    """Columns own their memory: a cell can be set, and the stored bytes do not change with it."""
    data = encode(pd.DataFrame({"a": [1, 2], "s": ["x", "y"]}))
    frame = decode(data)
    frame.loc[0, "a"] = 9
    frame.loc[0, "s"] = "z"
    assert decode(data).loc[0].tolist() == [1, "x"]


def test_frame_over_the_cap_is_refused_before_it_is_copied() -> None:
    """Eighty megabytes are not packed to find out that one is allowed."""
    with pytest.raises(UnstorableValue, match="cap"):
        encode(pd.DataFrame({"a": np.zeros(10_000_000)}), max_bytes=2**20)


def test_old_frame_and_new_cell_differ_in_bytes() -> None:
    """A changed cell is seen: the bytes are those of the value, not of the object."""
    frame = pd.DataFrame({"a": [1, 2]})
    before = encode(frame)
    frame.loc[0, "a"] = 5
    assert encode(frame) != before
