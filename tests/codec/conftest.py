"""What the codec's tests share: a comparison that forgives nothing, and a catalogue of their own."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pydantic import BaseModel

from fluxlit_component.codec import catalogue
from fluxlit_component.identifier import new_session_id
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore

Same: TypeAlias = Callable[[Any, Any], bool]
Keep: TypeAlias = Callable[[Mapping[str, Any]], tuple[dict[str, Any], Mapping[str, str]]]


@pytest.fixture(autouse=True)
def clean_catalogue() -> Iterator[None]:
    """Forget the classes a test registers."""
    by_class, by_name = dict(catalogue._by_class), dict(catalogue._by_name)
    yield
    catalogue._by_class.clear()
    catalogue._by_class.update(by_class)
    catalogue._by_name.clear()
    catalogue._by_name.update(by_name)


class JsonStore:
    """Three methods that keep nothing but JSON text, as a user's own store may."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def get(self, session_id: str) -> Any:
        text = self._texts.get(session_id)
        return None if text is None else json.loads(text)

    def set(self, session_id: str, state: Any, *, ttl_seconds: float | None = None) -> None:
        del ttl_seconds
        self._texts[session_id] = json.dumps(state, allow_nan=False)

    def delete(self, session_id: str) -> None:
        self._texts.pop(session_id, None)


@pytest.fixture(scope="session", params=["memory", "SQLite", "three methods and JSON"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VersionedStore:
    """One of the stores that every value has to come through."""
    if request.param == "memory":
        return InMemorySessionStore()
    if request.param == "SQLite":
        return SQLiteSessionStore(tmp_path_factory.mktemp("values") / "sessions.db")
    return AdapterStore(JsonStore())


@pytest.fixture(scope="session")
def keep(store: VersionedStore) -> Keep:
    """Save a state as one tab and load it as another: what came back, and what was skipped and why."""

    def keep(state: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]]:
        sid, writer, reader = new_session_id(), Base(), Base()
        diff = writer.diff(state)
        writer.settle(diff, store.commit(sid, Commit(diff.changes, create=True)))
        assert writer.diff(state).changes == {}
        record = store.load(sid)
        assert record is not None
        return reader.adopt(record), diff.skipped

    return keep


@pytest.fixture(scope="session")
def same() -> Same:
    """Whether two values are the same to every part and type of part."""
    return is_same


def is_same(a: Any, b: Any) -> bool:
    """Compare two values; equality of the values themselves is never enough."""
    if type(a) is not type(b):
        return False
    for kinds, compare in _COMPARISONS:
        if isinstance(a, kinds):
            return compare(a, b)
    if dataclasses.is_dataclass(a):
        return all(
            is_same(getattr(a, field.name, None), getattr(b, field.name, None))
            for field in dataclasses.fields(a)
        ) and is_same(getattr(a, "__dict__", {}), getattr(b, "__dict__", {}))
    return bool(a == b)


def _floats(a: Any, b: Any) -> bool:
    return struct.pack(">d", a) == struct.pack(">d", b)


def _complexes(a: Any, b: Any) -> bool:
    return _floats(a.real, b.real) and _floats(a.imag, b.imag)


def _sequences(a: Any, b: Any) -> bool:
    return len(a) == len(b) and all(map(is_same, a, b)) and getattr(a, "maxlen", 0) == getattr(b, "maxlen", 0)


def _mappings(a: Any, b: Any) -> bool:
    factory = getattr(a, "default_factory", None) is getattr(b, "default_factory", None)
    return factory and is_same(list(a), list(b)) and is_same(list(a.values()), list(b.values()))


def _sets(a: Any, b: Any) -> bool:
    rest = list(b)
    for item in a:
        match = next((other for other in range(len(rest)) if is_same(item, rest[other])), None)
        if match is None:
            return False
        del rest[match]
    return not rest


def _datetimes(a: Any, b: Any) -> bool:
    return (
        bool(a.replace(tzinfo=None) == b.replace(tzinfo=None))
        and a.fold == b.fold
        and is_same(a.tzinfo, b.tzinfo)
    )


def _timezones(a: Any, b: Any) -> bool:
    return bool(a == b) and a.tzname(None) == b.tzname(None) and (a is timezone.utc) == (b is timezone.utc)


def _uuids(a: Any, b: Any) -> bool:
    return bool(a == b) and a.is_safe is b.is_safe


def _models(a: Any, b: Any) -> bool:
    return (
        is_same(vars(a), vars(b))
        and a.model_fields_set == b.model_fields_set
        and is_same(a.__pydantic_extra__, b.__pydantic_extra__)
        and is_same(a.__pydantic_private__, b.__pydantic_private__)
        and is_same(getattr(a, "_cache", None), getattr(b, "_cache", None))
    )


def _arrays(a: Any, b: Any) -> bool:
    return (
        a.dtype == b.dtype
        and a.dtype.char == b.dtype.char
        and a.shape == b.shape
        and a.tobytes() == b.tobytes()
        and getattr(a, "flags", None) is not None
        and (a.flags.c_contiguous, a.flags.f_contiguous) == (b.flags.c_contiguous, b.flags.f_contiguous)
    )


def _frames(a: Any, b: Any) -> bool:
    pd.testing.assert_frame_equal(a, b, check_exact=True, check_freq=True, check_flags=True)
    return (
        is_same(a.index, b.index)
        and is_same(a.columns, b.columns)
        and is_same(a.attrs, b.attrs)
        and all(_columns(a.iloc[:, at], b.iloc[:, at]) for at in range(a.shape[1]))
    )


def _series(a: Any, b: Any) -> bool:
    pd.testing.assert_series_equal(a, b, check_exact=True, check_freq=True, check_flags=True)
    return (
        is_same(a.index, b.index) and is_same(a.name, b.name) and is_same(a.attrs, b.attrs) and _columns(a, b)
    )


def _indexes(a: Any, b: Any) -> bool:
    pd.testing.assert_index_equal(a, b, exact=True, check_exact=True)
    if isinstance(a, pd.MultiIndex):
        return (
            is_same(list(a.names), list(b.names))
            and a.sortorder == b.sortorder
            and all(map(is_same, a.levels, b.levels))
            and all(map(is_same, a.codes, b.codes))
        )
    return is_same(a.name, b.name) and getattr(a, "freq", None) == getattr(b, "freq", None) and _columns(a, b)


def _columns(a: Any, b: Any) -> bool:
    """Dtypes by all they are made of, and each item by its own type."""
    if type(a.dtype) is not type(b.dtype) or a.dtype != b.dtype or repr(a.dtype) != repr(b.dtype):
        return False
    if isinstance(a.dtype, pd.StringDtype) and (a.dtype.storage, a.dtype.na_value is pd.NA) != (
        b.dtype.storage,
        b.dtype.na_value is pd.NA,
    ):
        return False
    if isinstance(a.dtype, pd.DatetimeTZDtype) and not is_same(a.dtype.tz, b.dtype.tz):
        return False
    if isinstance(a.dtype, pd.CategoricalDtype) and not (
        is_same(a.dtype.categories, b.dtype.categories) and a.dtype.ordered == b.dtype.ordered
    ):
        return False
    return is_same(list(a), list(b))


def _extension_arrays(a: Any, b: Any) -> bool:
    return _columns(pd.Series(a), pd.Series(b))


def _timestamps(a: Any, b: Any) -> bool:
    return (
        bool(a == b)
        and (a.unit, a.fold, a.nanosecond) == (b.unit, b.fold, b.nanosecond)
        and is_same(a.tz, b.tz)
    )


def _numpy_scalars(a: Any, b: Any) -> bool:
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def _arrow(a: Any, b: Any) -> bool:
    if hasattr(a, "schema"):
        return a.schema.equals(b.schema, check_metadata=True) and a.equals(b, check_metadata=True)
    return a.type == b.type and a.equals(b)


def _identical(a: Any, b: Any) -> bool:
    return a is b


_COMPARISONS: tuple[tuple[Any, Callable[[Any, Any], bool]], ...] = (
    ((np.ndarray), _arrays),
    ((np.generic), _numpy_scalars),
    ((type(pd.NaT), type(pd.NA), Enum, type(None), bool), _identical),
    (pd.DataFrame, _frames),
    (pd.Series, _series),
    (pd.Index, _indexes),
    (pd.api.extensions.ExtensionArray, _extension_arrays),
    (pd.Timestamp, _timestamps),
    (pd.Timedelta, lambda a, b: bool(a == b) and a.unit == b.unit),
    ((pa.Table, pa.RecordBatch, pa.ChunkedArray, pa.Array), _arrow),
    (float, _floats),
    (complex, _complexes),
    (Decimal, lambda a, b: a.as_tuple() == b.as_tuple()),
    ((OrderedDict, defaultdict, Counter, dict), _mappings),
    ((list, tuple, deque), _sequences),
    ((set, frozenset), _sets),
    ((datetime, time), _datetimes),
    (timezone, _timezones),
    (ZoneInfo, lambda a, b: a.key == b.key),
    (UUID, _uuids),
    (range, lambda a, b: (a.start, a.stop, a.step) == (b.start, b.stop, b.step)),
    (BaseModel, _models),
)
