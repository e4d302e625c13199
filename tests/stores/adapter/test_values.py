"""What a plain store holds of the adapter's values, and what the adapter makes of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import StoreUnavailable, UnstorableValue
from fluxlit_component.state.record import Change, Commit, Field
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.values import is_json_exact, pack, packed_bytes
from tests.stores.adapter.plain_stores import JsonStore
from tests.three_methods import DictStore


def _commit(values: Mapping[str, object], **options: Any) -> Commit:
    return Commit({key: Change(encode(value), 1) for key, value in values.items()}, **options)


def test_json_values_are_readable_for_others(store: AdapterStore, inner: JsonStore) -> None:
    """What JSON holds exactly is stored as it is, whether it was set or committed."""
    values = {"a": [1, {"b": None}], "c": "text", "d": 1.5}
    store.set("a", values)
    assert json.loads(inner.documents["a"][0]) == values
    store.commit("b", _commit(values, create=True))
    assert json.loads(inner.documents["b"][0]) == values


def test_values_of_others_are_read(store: AdapterStore, inner: JsonStore) -> None:
    """What another program put there is loaded like our own."""
    inner.set("a", {"list": [1, 2], "text": "x"})
    record = store.load("a")
    assert record is not None
    assert record.fields == {"list": Field(1, encode([1, 2])), "text": Field(1, encode("x"))}
    assert (record.version, record.idle_expires, record.expires) == (1, None, None)


def test_other_values_are_packed(store: AdapterStore, inner: JsonStore) -> None:
    """What JSON would change or refuse comes back exactly, packed as text."""
    values = {
        "tuple": (1, 2),
        "set": {1},
        "date": date(2026, 1, 2),
        "bytes": b"\xff",
        "ints": {1: "a"},
        "big": 2**60,
    }
    store.set("a", values)
    assert store.get("a") == values
    store.commit("b", _commit(values, create=True))
    assert store.get("b") == values
    assert inner.documents["a"] == inner.documents["b"][:1] + inner.documents["a"][1:]
    assert all(list(kept) == ["__fluxlit__"] for kept in json.loads(inner.documents["a"][0]).values())


def test_dict_that_looks_packed(store: AdapterStore) -> None:
    """A dict of the app that happens to have our key comes back as it was."""
    values = {"a": {"__fluxlit__": "AAAA"}, "b": {"__fluxlit__": 1, "c": 2}}
    store.set("a", values)
    assert store.get("a") == values
    record = store.load("a")
    assert record is not None
    assert {key: decode(kept.data or b"") for key, kept in record.fields.items()} == values


@settings(deadline=None, max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner)
        ),
    )
)
def test_any_value_comes_back(value: object) -> None:
    """Whatever way is taken, value and types are the same after JSON; plain is what JSON keeps."""
    kept = json.loads(json.dumps(pack(value)))
    back = kept if (data := packed_bytes(kept)) is None else decode(data)
    assert repr(back) == repr(value)
    if is_json_exact(value):
        assert repr(json.loads(json.dumps(value, ensure_ascii=False).encode())) == repr(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", "a\x00b", 2**53 + 1, {1: 2}, (1,)])
def test_not_json_exact(value: object) -> None:
    """What some JSON store would refuse, round or convert does not stand for itself."""
    assert not is_json_exact(value)
    assert not is_json_exact([{"a": value}])


def test_endless_value_is_not_json_exact() -> None:
    """A list that holds itself is no JSON, and no endless loop."""
    endless: list[Any] = []
    endless.append(endless)
    assert not is_json_exact(endless)


def test_sealed_bytes_are_kept(store: AdapterStore) -> None:
    """Bytes that are not the codec's, an encrypted value for example, are loaded as they were committed."""
    store.commit("a", Commit({"sealed": Change(b"\xc1\x00\xff")}, create=True))
    record = store.load("a")
    assert record is not None
    assert record.fields == {"sealed": Field(1, b"\xc1\x00\xff")}


def test_reserved_key(store: AdapterStore) -> None:
    """Our own key at the top of a session is refused, not mixed up."""
    with pytest.raises(UnstorableValue, match="__fluxlit__"):
        store.set("a", {"__fluxlit__": 1})
    with pytest.raises(UnstorableValue, match="__fluxlit__"):
        store.commit("a", _commit({"__fluxlit__": 1}, create=True))


def test_unstorable_value_leaves_the_store_as_it_was(store: AdapterStore) -> None:
    """If one value cannot be stored, none is."""
    store.set("a", {"x": 1})
    with pytest.raises(UnstorableValue):
        store.set("a", {"x": 2, "y": object()})
    assert store.get("a") == {"x": 1}


def test_no_aliasing_with_a_dict_store() -> None:
    """A store that hands out what it holds is protected on the way in and on the way out."""
    inner = DictStore()
    store = AdapterStore(inner)
    values: dict[str, Any] = {"list": [1]}
    store.set("a", values)
    values["list"].append(2)
    (store.get("a") or {})["list"].append(3)
    store.commit("a", _commit({"y": 1}))
    assert store.get("a") == {"list": [1], "y": 1}


def test_foreign_objects_stay(caplog: pytest.LogCaptureFixture) -> None:
    """An object that others keep in the session cannot be loaded, and is not lost either."""
    inner, foreign = DictStore(), object()
    inner.sessions["a"] = {"x": 1, "foreign": foreign}
    store = AdapterStore(inner)
    with caplog.at_level(logging.WARNING):
        record = store.load("a")
    assert record is not None
    assert set(record.fields) == {"x"}
    assert "'foreign'" in caplog.text
    store.commit("a", _commit({"x": 2}))
    assert inner.sessions["a"] == {"x": 2, "foreign": foreign}


def test_broken_packing(store: AdapterStore, inner: JsonStore, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged packed value is left out by name; the rest loads."""
    inner.set(
        "secret-id",
        {"x": 1, "bad": {"__fluxlit__": "!"}, "worse": {"__fluxlit__": 5}, "cut": {"__fluxlit__": "wQ=="}},
    )
    with caplog.at_level(logging.WARNING):
        assert store.get("secret-id") == {"x": 1}
    assert all(f"'{key}'" in caplog.text for key in ("bad", "worse", "cut"))
    assert "secret-id" not in caplog.text


@pytest.mark.parametrize("found", [[], "text", 5, {1: 2}])
def test_answer_that_is_no_session(found: Any) -> None:
    """What is no dict with string keys is no answer: it is neither used nor written over."""
    inner = DictStore()
    inner.sessions["a"] = found
    store = AdapterStore(inner)
    for call in (store.get, store.load, store.take):
        with pytest.raises(StoreUnavailable, match="dict"):
            call("a")
    with pytest.raises(StoreUnavailable):
        store.commit("a", _commit({"x": 1}, create=True))
    assert inner.sessions["a"] is found
