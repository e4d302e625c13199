"""The original functions on a plain facade: their contract, line by line."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from fluxlit_component import (
    InMemorySessionStore,
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from fluxlit_component.identifier import is_well_formed

SID = "S" * 43
PARAM = "fluxlit_sid"
FUNCTIONS: list[Callable[..., Any]] = [
    ensure_url_session,
    hydrate_url_session,
    persist_url_session,
    lambda st, store: hydrate_url_session_typed(st, store, Cart),
]


class Cart(BaseModel):
    """A small typed view."""

    total: int
    owner: str = "nobody"


class DictStore:
    """The smallest store there can be; notes what it was asked."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[object, ...]] = []

    def get(self, session_id: str) -> dict[str, Any] | None:
        self.asked.append(("get", session_id))
        return self.sessions.get(session_id)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        self.asked.append(("set", session_id, ttl_seconds))
        self.sessions[session_id] = dict(data)

    def delete(self, session_id: str) -> None:
        self.asked.append(("delete", session_id))
        self.sessions.pop(session_id, None)


class BrokenStore(DictStore):
    """A store that never answers."""

    def get(self, session_id: str) -> dict[str, Any] | None:
        raise ConnectionError("no answer")

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        raise ConnectionError("no answer")


class BrokenState(dict[str, Any]):
    """Session state that cannot be read."""

    @property
    def filtered_state(self) -> dict[str, Any]:
        raise RuntimeError("the state is gone")


def facade(sid: str | None = SID, **state: Any) -> SimpleNamespace:
    """A stand-in for `st`, with an id in its query unless told otherwise."""
    return SimpleNamespace(query_params={} if sid is None else {PARAM: sid}, session_state=state)


def memory(**values: Any) -> InMemorySessionStore:
    """A store that holds these values, if there are any, for the id of `facade`."""
    store = InMemorySessionStore()
    if values:
        store.set(SID, values)
    return store


# --- signatures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "positional", "keyword_only"),
    [
        (ensure_url_session, ["st", "store"], {"param": None, "initial": None, "ttl_seconds": None}),
        (hydrate_url_session, ["st", "store"], {"param": None, "merge": True, "blob": None}),
        (persist_url_session, ["st", "store"], {"param": None, "ttl_seconds": None}),
        (
            hydrate_url_session_typed,
            ["st", "store", "model"],
            {"param": None, "merge": True, "strict": False},
        ),
    ],
)
def test_signatures_stay_as_they_are(
    function: Callable[..., Any], positional: list[str], keyword_only: dict[str, object]
) -> None:
    """Names, order and defaults of the arguments are a promise."""
    parameters = inspect.signature(function).parameters.values()
    assert [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD] == positional
    assert {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY} == keyword_only
    assert len(parameters) == len(positional) + len(keyword_only)


# --- ensure ------------------------------------------------------------------------------------


def test_ensure_returns_the_id_in_the_query() -> None:
    """On a plain facade the caller vouches for it: known or not, it is taken, and nothing is written."""
    store = DictStore()
    assert ensure_url_session(facade(), store) == SID
    assert store.asked == []


def test_ensure_mints_seeds_and_sets() -> None:
    """Without an id: a fresh one, the record begun with `initial`, the query parameter set."""
    st, store = facade(None), DictStore()
    sid = ensure_url_session(st, store, initial={"n": 1})
    assert is_well_formed(sid)
    assert st.query_params == {PARAM: sid}
    assert store.sessions == {sid: {"n": 1}}
    assert st.session_state == {}


def test_ensure_without_initial_begins_an_empty_record() -> None:
    """The original stored an empty dict, and so do we."""
    store = DictStore()
    assert store.sessions == {} != (sid := ensure_url_session(facade(None), store))
    assert store.sessions == {sid: {}}


@pytest.mark.parametrize("query", [MappingProxyType({}), None, object()])
def test_ensure_works_where_the_query_cannot_be_set(query: object) -> None:
    """The id is returned and stored all the same, so that the caller can do something about it."""
    store = memory()
    sid = ensure_url_session(SimpleNamespace(query_params=query, session_state={}), store, initial={"n": 1})
    assert is_well_formed(sid)
    assert store.get(sid) == {"n": 1}


def test_ensure_merges_initial_into_the_record() -> None:
    """Keys of `initial` win, the others stay."""
    store = memory(a=1, b=2)
    ensure_url_session(facade(), store, initial={"b": 3, "c": 4})
    assert store.get(SID) == {"a": 1, "b": 3, "c": 4}


def test_ensure_leaves_initial_alone() -> None:
    """The caller's own dict is not the record."""
    initial = {"rows": [1]}
    store = memory()
    sid = ensure_url_session(facade(None), store, initial=initial)
    initial["rows"].append(2)
    assert store.get(sid) == {"rows": [1]}


def test_ensure_skips_what_cannot_be_stored(caplog: pytest.LogCaptureFixture) -> None:
    """One value that cannot be kept does not fail the run; the others are seeded."""
    store = memory(f="before")
    sid = ensure_url_session(facade(None), store, initial={"n": 1, "f": print})
    assert store.get(sid) == {"n": 1}
    assert "'f'" in caplog.text
    ensure_url_session(facade(), store, initial={"n": 1, "f": print})
    assert store.get(SID) == {"n": 1, "f": "before"}


# --- hydrate -----------------------------------------------------------------------------------


def test_hydrate_fills_absent_keys_only() -> None:
    """Merging is the default: what is live wins."""
    st = facade(a="live")
    assert hydrate_url_session(st, memory(a="stored", b="stored")) == SID
    assert st.session_state == {"a": "live", "b": "stored"}


def test_hydrate_can_overwrite() -> None:
    """With `merge=False` the record wins; keys it does not have stay."""
    st = facade(a="live", mine=1)
    hydrate_url_session(st, memory(a="stored"), merge=False)
    assert st.session_state == {"a": "stored", "mine": 1}


def test_a_live_none_is_live() -> None:
    """A key that holds None is not absent."""
    st = facade(a=None)
    hydrate_url_session(st, memory(a="stored"))
    assert st.session_state == {"a": None}


def test_hydrate_of_nothing_returns_the_id() -> None:
    """The caller may want to seed the record."""
    st = facade()
    assert hydrate_url_session(st, memory()) == SID
    assert st.session_state == {}


@pytest.mark.parametrize("query", [{}, {PARAM: ""}, {PARAM: []}, None])
def test_hydrate_without_an_id_is_none(query: object) -> None:
    """No id, no answer, and the store is not asked."""
    store = DictStore()
    assert hydrate_url_session(SimpleNamespace(query_params=query, session_state={}), store) is None
    assert store.asked == []


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("blob", [{"a": "blob"}, {}])
def test_a_blob_replaces_the_read(blob: dict[str, Any], merge: bool) -> None:
    """The store is not asked, an empty blob counts, and `merge` means what it always does."""
    store = DictStore()
    store.sessions[SID] = {"a": "stored"}
    st = facade(a="live")
    assert hydrate_url_session(st, store, blob=blob, merge=merge) == SID
    assert st.session_state == ({"a": "live"} if merge or not blob else {"a": "blob"})
    assert store.asked == []


def test_a_blob_without_an_id_is_not_used() -> None:
    """Nothing comes back for a session that is not there."""
    st = facade(None)
    assert hydrate_url_session(st, DictStore(), blob={"a": 1}) is None
    assert st.session_state == {}


def test_several_ids_mean_the_first() -> None:
    """A list value, as some facades give it."""
    st = facade()
    st.query_params[PARAM] = [SID, "T" * 43]
    assert hydrate_url_session(st, memory(a=1)) == SID


# --- persist -----------------------------------------------------------------------------------


def test_persist_replaces_the_record() -> None:
    """What is not in the state any more is not in the record any more."""
    store = memory(gone=1)
    assert persist_url_session(facade(a=1, b=[2]), store) == SID
    assert store.get(SID) == {"a": 1, "b": [2]}


def test_persist_without_an_id_is_none() -> None:
    """And writes nothing."""
    store = DictStore()
    assert persist_url_session(facade(None, a=1), store) is None
    assert store.asked == []


def test_persist_prefers_the_filtered_state() -> None:
    """Streamlit's own view: plain and keyed values, no internal ids."""

    class State(dict[str, Any]):
        filtered_state = MappingProxyType({"a": 1, "__x": 2})

    store = memory()
    persist_url_session(SimpleNamespace(query_params={PARAM: SID}, session_state=State(b=1)), store)
    assert store.get(SID) == {"a": 1}


def test_persist_skips_what_cannot_be_stored(caplog: pytest.LogCaptureFixture) -> None:
    """The rest is saved; the warning names key, type and remedy."""
    store = memory()
    persist_url_session(facade(a=1, client=object(), f=print), store)
    assert store.get(SID) == {"a": 1}
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "'client'" in caplog.text
    assert "object cannot be stored" in caplog.text


def test_a_skipped_key_is_not_a_deleted_key() -> None:
    """What the record had under the key of a value that cannot be stored stays there."""
    store = memory(client="before", other=1)
    persist_url_session(facade(a=1, client=object()), store)
    assert store.get(SID) == {"a": 1, "client": "before"}


def test_a_failing_snapshot_leaves_the_store_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    """A warning without a traceback that says how to get one; the id is returned."""
    store = memory(a=1)
    st = SimpleNamespace(query_params={PARAM: SID}, session_state=BrokenState())
    assert persist_url_session(st, store) == SID
    assert store.get(SID) == {"a": 1}
    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "RuntimeError" in record.getMessage()
    assert "FLUXLIT_DEBUG=1" in record.getMessage()


def test_debug_adds_the_traceback(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """With `FLUXLIT_DEBUG=1` the same warning carries it."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    persist_url_session(SimpleNamespace(query_params={PARAM: SID}, session_state=BrokenState()), memory())
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "the state is gone" in caplog.text
    assert "Traceback" in caplog.text
    assert SID not in caplog.text


# --- typed hydrate -----------------------------------------------------------------------------


def test_typed_hydrate_returns_the_model() -> None:
    """The id and the validated model; the validated values are in the state."""
    st = facade()
    assert hydrate_url_session_typed(st, memory(total="3", extra=1), Cart) == (SID, Cart(total=3))
    assert st.session_state == {"total": 3, "extra": 1}


@pytest.mark.parametrize("record", [{}, {"total": "three"}, {"total": 3, "owner": 5}])
@pytest.mark.parametrize("merge", [True, False])
def test_a_record_that_does_not_fit_is_not_merged(record: dict[str, Any], merge: bool) -> None:
    """Not even those of its values that would fit."""
    store = InMemorySessionStore()
    store.set(SID, record)
    st = facade(total=1)
    assert hydrate_url_session_typed(st, store, Cart, merge=merge) == (SID, None)
    assert st.session_state == {"total": 1}
    assert store.get(SID) == record


def test_strict_raises() -> None:
    """The caller wants to know."""
    st = facade()
    with pytest.raises(ValidationError):
        hydrate_url_session_typed(st, memory(total="three"), Cart, strict=True)
    assert st.session_state == {}


@pytest.mark.parametrize("strict", [True, False])
def test_a_missing_record_is_no_error(strict: bool) -> None:
    """Nothing was stored: there is nothing to be strict about."""
    assert hydrate_url_session_typed(facade(), memory(), Cart, strict=strict) == (SID, None)
    assert hydrate_url_session_typed(facade(None), memory(), Cart, strict=strict) == (None, None)


@pytest.mark.parametrize(
    "alias",
    [
        Field(alias="n"),
        Field(validation_alias="n"),
        Field(alias="other", validation_alias="n"),
        Field(validation_alias=AliasChoices("first", "n")),
    ],
)
def test_validated_values_keep_the_keys_they_were_stored_under(alias: Any) -> None:
    """A field is found by whichever of its names the record uses."""

    class Aliased(BaseModel):
        count: int = alias

    st = facade()
    hydrate_url_session_typed(st, memory(n="3"), Aliased)
    assert st.session_state == {"n": 3}


def test_a_value_that_only_the_model_can_hold_is_not_lost() -> None:
    """A nested model comes into the state as such; until the codec knows it, the record keeps its data."""

    class Owner(BaseModel):
        name: str

    class Owned(BaseModel):
        owner: Owner

    store, st = memory(owner={"name": "Ada"}), facade()
    hydrate_url_session_typed(st, store, Owned)
    assert st.session_state == {"owner": Owner(name="Ada")}
    persist_url_session(st, store)
    assert store.get(SID) == {"owner": {"name": "Ada"}}


# --- all ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("switch", ["FLUXLIT_DISABLE_URL_SESSION", "FLUXLIT_TESTS"])
def test_disabled_means_that_nothing_happens(monkeypatch: pytest.MonkeyPatch, switch: str) -> None:
    """No read, no write, no id minted; `ensure` returns the one in the query or an empty text."""
    monkeypatch.setenv(switch, "1")
    store, st = DictStore(), facade(a=1)
    store.sessions[SID] = {"b": 2}
    assert ensure_url_session(st, store, initial={"c": 3}) == SID
    assert ensure_url_session(facade(None), store) == ""
    assert hydrate_url_session(st, store, blob={"c": 3}) is None
    assert persist_url_session(st, store) is None
    assert hydrate_url_session_typed(st, store, Cart, strict=True) == (None, None)
    assert store.asked == []
    assert (st.session_state, st.query_params) == ({"a": 1}, {PARAM: SID})


def test_tests_can_force_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """`FLUXLIT_FORCE_URL_SESSION_IN_TESTS=1` undoes `FLUXLIT_TESTS=1`."""
    monkeypatch.setenv("FLUXLIT_TESTS", "1")
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "1")
    assert hydrate_url_session(facade(), memory(a=1)) == SID


def test_any_object_with_three_methods_is_a_store() -> None:
    """Written for the original, or in ten lines for a test."""
    store = DictStore()
    st = facade(None)
    sid = ensure_url_session(st, store, initial={"total": 1}, ttl_seconds=5)
    st.session_state.update(total=2)
    assert persist_url_session(st, store, ttl_seconds=0) == sid
    assert hydrate_url_session_typed(facade(sid), store, Cart) == (sid, Cart(total=2))
    assert store.asked == [("set", sid, 5), ("set", sid, 0), ("get", sid)]


def test_a_store_that_fails_is_the_callers_to_handle() -> None:
    """As in the original: these functions hide no exception of the store."""
    for call in (
        lambda: ensure_url_session(facade(None), BrokenStore()),
        lambda: hydrate_url_session(facade(), BrokenStore()),
        lambda: persist_url_session(facade(), BrokenStore()),
        lambda: hydrate_url_session_typed(facade(), BrokenStore(), Cart),
    ):
        with pytest.raises(ConnectionError):
            call()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_own_parameters_are_used(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]) -> None:
    """The environment names the query key; what stands under the default one is not looked at."""
    monkeypatch.setenv("FLUXLIT_URL_SESSION_QUERY_PARAM", "sid")
    st = SimpleNamespace(query_params={PARAM: "x" * 43, "sid": SID}, session_state={})
    answer = function(st, memory(total=1))
    assert (answer[0] if isinstance(answer, tuple) else answer) == SID


@pytest.mark.parametrize("debug", ["0", "1"])
def test_the_id_is_in_no_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, debug: str
) -> None:
    """Whatever goes wrong, at whatever level."""
    monkeypatch.setenv("FLUXLIT_DEBUG", debug)
    monkeypatch.setattr("fluxlit_component.original.functions.new_session_id", lambda: SID)
    caplog.set_level(logging.DEBUG)

    class Refusing(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            raise RuntimeError(f"{key}={value}")

    store = memory(total="three")
    for state in ({}, {"f": print}, BrokenState()):
        for query in ({PARAM: SID}, Refusing(), None):
            st = SimpleNamespace(query_params=query, session_state=state)
            for function in FUNCTIONS:
                function(st, store)
    assert {record.levelname for record in caplog.records} == {"DEBUG", "WARNING"}
    assert SID not in caplog.text


def test_the_module_outside_of_a_run_is_a_facade() -> None:
    """`import streamlit as st` in bare Python: no run, no bridge; `st` is used as it is."""
    import streamlit as st

    sid = ensure_url_session(st, memory(), initial={"n": 1})
    assert is_well_formed(sid)
