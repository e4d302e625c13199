"""The original functions on a plain facade: their contract, line by line."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from fluxlit_component import (
    ConfigurationError,
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from fluxlit_component.identifier import is_well_formed
from tests.original.facade import PARAM, SID, BrokenState, Cart, DictStore, facade, memory

FUNCTIONS: list[Callable[..., Any]] = [
    ensure_url_session,
    hydrate_url_session,
    persist_url_session,
    lambda st, store: hydrate_url_session_typed(st, store, Cart),
]


class BrokenStore(DictStore):
    """A store that never answers."""

    def get(self, session_id: str) -> dict[str, Any] | None:
        raise ConnectionError("no answer")

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        raise ConnectionError("no answer")


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


@pytest.mark.parametrize("switch", ["FLUXLIT_DISABLE_URL_SESSION", "FLUXLIT_TESTS"])
def test_disabled_means_that_nothing_happens(monkeypatch: pytest.MonkeyPatch, switch: str) -> None:
    """No read, no write, no id minted; `ensure` returns the one in the query or an empty text."""
    monkeypatch.setenv(switch, "1")
    store, st = DictStore(), facade(a=1)
    store.sessions[SID] = {"b": 2}
    assert ensure_url_session(st, store, initial={"c": 3}) == SID
    assert ensure_url_session(facade(None), store) == ""
    assert ensure_url_session(facade(None), "memory://") == ""  # type: ignore[arg-type]
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


@pytest.mark.parametrize("model", [None, dict, "Cart"])
def test_a_wrong_model_is_refused(model: Any) -> None:
    """With a message that says what it takes."""
    with pytest.raises(ConfigurationError, match="model must be a pydantic model class"):
        hydrate_url_session_typed(facade(), memory(total=1), model)


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
