"""A plain three-method store as a versioned one: what the adapter promises, and what it does not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxlit_component.clock import Clock, deadline, is_past
from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import ConfigurationError, StoreUnavailable, UnstorableValue
from fluxlit_component.state.record import Change, Commit, Field
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.values import is_json_exact, pack, packed_bytes
from fluxlit_component.testing import SessionStoreContract
from fluxlit_component.testing.contract import race
from tests.turnable import TurnableClock


class JsonStore:
    """Somebody's own store: a JSON document per session."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.documents: dict[str, tuple[str, float | None]] = {}
        self.lifetimes: list[float | None] = []

    def get(self, session_id: str) -> dict[str, Any] | None:
        text, ends = self.documents.get(session_id, ("null", None))
        found: dict[str, Any] | None = None if is_past(ends, self.clock()) else json.loads(text)
        return found

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        self.lifetimes.append(ttl_seconds)
        ends = deadline(self.clock(), 86_400 if ttl_seconds is None else ttl_seconds)
        self.documents[session_id] = (json.dumps(dict(data)), ends)

    def delete(self, session_id: str) -> None:
        self.documents.pop(session_id, None)


class DictStore:
    """The simplest store there is; it hands out what it holds."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}

    def get(self, session_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.held.get(session_id)
        return found

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        self.held[session_id] = data

    def delete(self, session_id: str) -> None:
        self.held.pop(session_id, None)


class BrokenStore:
    """A store whose backend is away, and which says more than it should."""

    def get(self, session_id: str) -> dict[str, Any] | None:
        raise ConnectionError(session_id)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        raise ConnectionError(session_id)

    def delete(self, session_id: str) -> None:
        raise ConnectionError(session_id)


@pytest.fixture
def clock() -> TurnableClock:
    """The hands of both clocks, the adapter's and the inner store's."""
    return TurnableClock()


@pytest.fixture
def inner(clock: Clock) -> JsonStore:
    """The store that is adapted."""
    return JsonStore(clock)


@pytest.fixture
def store(inner: JsonStore, clock: Clock) -> AdapterStore:
    """The adapter over it."""
    return AdapterStore(inner, clock=clock)


class TestAdapterStore(SessionStoreContract):
    @pytest.fixture
    def store(self, inner: JsonStore, clock: Clock) -> AdapterStore:
        return AdapterStore(inner, clock=clock)

    @pytest.fixture
    def advance(self, clock: TurnableClock) -> Callable[[float], None]:
        return clock.advance


def _commit(values: Mapping[str, object], **options: Any) -> Commit:
    return Commit({key: Change(encode(value), 1) for key, value in values.items()}, **options)


def test_is_a_versioned_store(store: AdapterStore) -> None:
    """It has every method of the protocol."""
    assert isinstance(store, VersionedStore)


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


def test_commit_leaves_other_keys(store: AdapterStore, inner: JsonStore) -> None:
    """A commit changes and deletes the named keys and leaves the rest as another program wrote it."""
    inner.set("a", {"x": 1, "y": {"__fluxlit__": "not ours"}, "z": 2})
    changes = {"x": Change(encode(5), 1), "z": Change(None, 1), "new": Change(encode((1,)))}
    outcome = store.commit("a", Commit(changes))
    assert (outcome.verdict, outcome.version, outcome.overwritten) == ("committed", 1, frozenset())
    kept = json.loads(inner.documents["a"][0])
    assert list(kept) == ["x", "y", "new"]
    assert (kept["x"], kept["y"]) == (5, {"__fluxlit__": "not ours"})


def test_absent_is_destroyed(store: AdapterStore) -> None:
    """A plain store keeps no markers: what is not there may have been destroyed, and is not revived."""
    assert store.commit("a", _commit({"x": 1})).verdict == "destroyed"
    store.commit("a", _commit({"x": 1}, create=True))
    store.delete("a")
    assert store.commit("a", _commit({"x": 1})).verdict == "destroyed"
    assert store.load("a") is None


def test_guards_know_only_presence(store: AdapterStore) -> None:
    """A guarded change is refused if its key is there though unknown, or known and not there."""
    store.set("a", {"there": 1})
    changes = {
        "there": Change(encode(2), base=0, guarded=True),
        "gone": Change(encode(2), base=1, guarded=True),
    }
    outcome = store.commit("a", Commit(changes))
    assert (outcome.version, outcome.refused) == (1, {"there": Field(1, encode(1)), "gone": None})
    assert store.get("a") == {"there": 1}
    agreed = {"there": Change(encode(3), base=1, guarded=True), "gone": Change(encode(3), guarded=True)}
    assert store.commit("a", Commit(agreed)).refused == {}
    assert store.get("a") == {"there": 3, "gone": 3}


def test_nothing_to_do_writes_nothing(store: AdapterStore, inner: JsonStore) -> None:
    """An empty commit, or one that was refused as a whole, begins and writes nothing."""
    assert store.commit("a", Commit({}, create=True)).version == 0
    store.commit("a", Commit({"x": Change(encode(1), base=1, guarded=True)}, create=True))
    assert inner.lifetimes == []


@pytest.mark.parametrize(("idle", "asked"), [(None, 0), (0, 0), (-1, 0), (60, 60)])
def test_idle_lifetime_is_the_inner_stores(
    store: AdapterStore, inner: JsonStore, idle: float | None, asked: float
) -> None:
    """The inner store is asked for the idle lifetime; no lifetime is zero, since None means its default."""
    outcome = store.commit("a", _commit({"x": 1}, idle_seconds=idle, create=True))
    store.touch("a", idle_seconds=idle)
    assert inner.lifetimes == [asked, asked]
    assert outcome.idle_expires == (outcome.now + 60 if idle == 60 else None)


def test_idle_expiry(store: AdapterStore, clock: TurnableClock) -> None:
    """A touch keeps the session; without it, it ends."""
    store.commit("a", _commit({"x": 1}, idle_seconds=60, create=True))
    clock.advance(50)
    assert store.touch("a", idle_seconds=60)
    clock.advance(50)
    assert store.get("a") == {"x": 1}
    clock.advance(10)
    assert store.get("a") is None
    assert not store.touch("a", idle_seconds=60)


def test_absolute_expiry(store: AdapterStore, inner: JsonStore, clock: TurnableClock) -> None:
    """The absolute deadline is kept with the values, seen by nobody as one, and never moves."""
    begun = store.commit("a", _commit({"x": 1}, idle_seconds=60, max_age_seconds=100, create=True))
    clock.advance(50)
    later = store.commit("a", _commit({"y": 1}, idle_seconds=60, max_age_seconds=999))
    assert begun.expires == later.expires == begun.now + 100
    assert inner.lifetimes == [60, 50]
    assert store.get("a") == {"x": 1, "y": 1}
    record = store.load("a")
    assert record is not None
    assert (record.created, record.expires, set(record.fields)) == (begun.now, begun.expires, {"x", "y"})
    inner.set("a", inner.get("a") or {}, ttl_seconds=0)  # the adapter does not rely on the inner store
    clock.advance(50)
    assert (store.get("a"), store.load("a"), store.take("a")) == (None, None, None)
    assert store.commit("a", _commit({"x": 1}, create=True)).verdict == "expired"


def test_a_schema_number_is_kept_beside_the_values(store: AdapterStore, inner: JsonStore) -> None:
    """Else each page load would run the migrations again. The first number needs no note."""
    store.commit("a", _commit({"x": 1}, schema=1, create=True))
    assert json.loads(inner.documents["a"][0]) == {"x": 1}
    for schema, verdict in ((2, "committed"), (None, "committed"), (1, "newer"), (0, "newer")):
        assert store.commit("a", _commit({"x": schema}, schema=schema)).verdict == verdict
        record = store.load("a")
        assert record is not None
        assert (record.schema, record.expires) == (2, None)
    assert store.get("a") == {"x": None}


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


def test_empty_id_is_refused(store: AdapterStore) -> None:
    """One empty id for all visitors would mix their sessions."""
    for call in (store.get, store.load, store.delete, store.take):
        with pytest.raises(ConfigurationError, match="empty"):
            call("")
    with pytest.raises(ConfigurationError, match="empty"):
        store.set("", {})


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
    inner.held["a"] = {"x": 1, "foreign": foreign}
    store = AdapterStore(inner)
    with caplog.at_level(logging.WARNING):
        record = store.load("a")
    assert record is not None
    assert set(record.fields) == {"x"}
    assert "'foreign'" in caplog.text
    store.commit("a", _commit({"x": 2}))
    assert inner.held["a"] == {"x": 2, "foreign": foreign}


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
    inner.held["a"] = found
    store = AdapterStore(inner)
    for call in (store.get, store.load, store.take):
        with pytest.raises(StoreUnavailable, match="dict"):
            call("a")
    with pytest.raises(StoreUnavailable):
        store.commit("a", _commit({"x": 1}, create=True))
    assert inner.held["a"] is found


def test_inner_failure() -> None:
    """Whatever the inner store raises means that it gave no answer; the id in it is not repeated."""
    store = AdapterStore(BrokenStore())
    calls: list[Callable[[], object]] = [
        lambda: store.get("secret"),
        lambda: store.set("secret", {}),
        lambda: store.delete("secret"),
        lambda: store.load("secret"),
        lambda: store.commit("secret", _commit({"x": 1}, create=True)),
        lambda: store.touch("secret", idle_seconds=1),
        lambda: store.copy("secret", "b"),
        lambda: store.take("secret"),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable, match="BrokenStore") as caught:
            call()
        assert "secret" not in str(caught.value)
        assert isinstance(caught.value.__cause__, ConnectionError)


def test_copy_and_rename(store: AdapterStore) -> None:
    """A copy goes to a free place only; a rename leaves the old place empty."""
    store.set("a", {"x": (1,)})
    store.set("taken", {})
    assert not store.copy("a", "taken")
    assert not store.rename("absent", "b")
    assert store.copy("a", "b")
    assert store.rename("a", "c")
    assert (store.get("a"), store.get("b"), store.get("c")) == (None, {"x": (1,)}, {"x": (1,)})


def test_rename_to_itself(store: AdapterStore) -> None:
    """A session is not lost by a rename to its own id."""
    store.set("a", {"x": 1})
    assert not store.rename("a", "a")
    assert store.get("a") == {"x": 1}


def test_one_takes(store: AdapterStore) -> None:
    """Of fifty threads of this process one gets the record."""
    store.set("a", {"x": 1})
    assert sum(record is not None for record in race(50, lambda _: store.take("a"))) == 1


def test_threads_lose_nothing(store: AdapterStore) -> None:
    """Tabs of this process that change keys of their own lose nothing."""
    store.set("a", {})
    race(8, lambda number: [store.commit("a", _commit({f"{number}.{turn}": 1})) for turn in range(20)])
    assert len(store.get("a") or {}) == 160


def test_renames_do_not_block_each_other(store: AdapterStore) -> None:
    """Two renames in opposite directions both come to an end."""
    store.set("a", {})
    race(2, lambda number: [store.rename(*(("a", "b") if number else ("b", "a"))) for _ in range(200)])
    assert [store.get("a"), store.get("b")].count({}) == 1


def test_purge_and_close_leave_the_inner_store(store: AdapterStore) -> None:
    """Expiry and the end are the business of whoever made the inner store."""
    store.set("a", {"x": 1})
    assert store.purge() == 0
    store.close()
    assert store.get("a") == {"x": 1}
