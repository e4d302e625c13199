"""The four functions against those of the published original, `fluxlit` 0.13.2, on a plain facade.

Every case is played twice, each time with the functions and the in-memory store of one package, and
the answers, the session state, the query and the store are compared. Where ours differ on purpose,
a test of its own says how.
"""

from __future__ import annotations

import itertools
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import pytest
from pydantic import BaseModel, Field, ValidationError

import fluxlit_component as ours
from fluxlit_component.identifier import is_well_formed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the original imports a test client that warns
    original = pytest.importorskip(
        "fluxlit.url_session", reason="compares with the original: pip install fluxlit==0.13.2"
    )

SIDE_BY_SIDE: Final = {"original": original, "ours": ours}
PARAM: Final = "fluxlit_sid"
KNOWN: Final = "K" * 43
OTHER: Final = "O" * 43
UNKNOWN: Final = "U" * 43
ODD: Final = "a b\0\r\n'\"\u202e&=" + "x" * 6000
DISABLE: Final = "FLUXLIT_DISABLE_URL_SESSION"
TESTS: Final = "FLUXLIT_TESTS"
FORCE: Final = "FLUXLIT_FORCE_URL_SESSION_IN_TESTS"
PARAM_VARIABLE: Final = "FLUXLIT_URL_SESSION_QUERY_PARAM"

# The original builds all of its settings at each call, which was most of what these tests cost.
_found_for = cache(lambda _, look=original._default_url_session_param: look())
original._default_url_session_param = lambda: _found_for(os.environ.get(PARAM_VARIABLE))


class Model(BaseModel):
    """What the record must fit; the good records hold the values just as validation leaves them."""

    n: int
    text: str = "default"


RECORDS: Final[dict[str, dict[str, Any] | None]] = {
    "none": None,
    "empty": {},
    "good": {"n": 3, "text": "stored", "extra": [1, {"a": None}]},
    "bad": {"n": "three", "text": "stored"},
}


# --- facades -----------------------------------------------------------------------------------


class OnlyItems:
    """Query parameters that are no `MutableMapping`, but can be read and set."""

    def __init__(self, items: Mapping[str, Any]) -> None:
        self.items = dict(items)

    def get(self, key: str) -> Any:
        return self.items.get(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.items[key] = value


class Refusing(dict[str, Any]):
    """Query parameters that are there, and cannot be set."""

    def __setitem__(self, key: str, value: Any) -> None:
        raise RuntimeError(f"{key}={value} is not allowed here")


class Filtered(dict[str, Any]):
    """Session state that shows its own values only in `filtered_state`, as Streamlit's does."""

    @property
    def filtered_state(self) -> dict[str, Any]:
        return {key: value for key, value in self.items() if not key.startswith("internal")}


class NotFiltered(dict[str, Any]):
    """Session state with an attribute of that name which is something else."""

    filtered_state = "no mapping"


class Failing(dict[str, Any]):
    """Session state that cannot be listed."""

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("this state cannot be listed")


class FailingFiltered(dict[str, Any]):
    """Session state whose own view of itself fails."""

    @property
    def filtered_state(self) -> dict[str, Any]:
        raise RuntimeError("this state cannot be listed")


class ReadOnly(dict[str, Any]):
    """Session state that takes nothing."""

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("this state is read-only")

    def setdefault(self, key: str, default: Any = None) -> Any:
        raise TypeError("this state is read-only")


@dataclass
class Facade:
    """What the functions need of `st`, and no more."""

    query_params: Any
    session_state: Any


QUERIES: Final[dict[str, Callable[[], Any]]] = {
    "no id": dict,
    "known": lambda: {PARAM: KNOWN, "a": "1"},
    "unknown": lambda: {PARAM: UNKNOWN},
    "empty": lambda: {PARAM: ""},
    "list": lambda: {PARAM: [KNOWN, OTHER]},
    "list of an unknown one": lambda: {PARAM: [UNKNOWN, KNOWN]},
    "empty list": lambda: {PARAM: []},
    "list of an empty one": lambda: {PARAM: [""]},
    "number": lambda: {PARAM: 7},
    "None": lambda: {PARAM: None},
    "odd": lambda: {PARAM: ODD},
    "another parameter": lambda: {"sid": KNOWN},
    "no query": lambda: None,
    "no get": object,
    "read-only, no id": lambda: MappingProxyType({}),
    "read-only, known": lambda: MappingProxyType({PARAM: KNOWN}),
    "refusing": Refusing,
    "items only": lambda: OnlyItems({}),
    "items only, known": lambda: OnlyItems({PARAM: KNOWN}),
}
STATES: Final[dict[str, Callable[[], Any]]] = {
    "empty": dict,
    "partial": lambda: {"n": 1, "mine": "live"},
    "full": lambda: {"n": 1, "text": "live", "extra": None, "mine": (1, 2)},
    "private": lambda: {"__private": 1, "_ours": 2, "n": 1},
    "keys of other types": lambda: {1: "one", "n": 1},
    "filtered": lambda: Filtered({"n": 1, "internal": 2, "__private": 3}),
    "not filtered": lambda: NotFiltered({"n": 1, "internal": 2}),
    "failing": lambda: Failing({"n": 1}),
    "failing filter": lambda: FailingFiltered({"n": 1}),
    "read-only": lambda: ReadOnly({"n": 1}),
}


# --- playing a case ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One call, on one facade, with one record in the store."""

    function: str
    query: str = "known"
    state: str = "empty"
    record: str = "good"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """All that a call can do."""

    answer: object
    error: str | None
    state: dict[Any, Any]
    query: Any
    stored: dict[str, Any]
    lasting: dict[str, bool]


def play(package: str, case: Case) -> Result:
    """Play a case with one of the two packages."""
    module = SIDE_BY_SIDE[package]
    store = module.InMemorySessionStore()
    record = RECORDS[case.record]
    if record is not None:
        store.set(KNOWN, record)
    store.set(OTHER, {"n": 99})
    st = Facade(QUERIES[case.query](), STATES[case.state]())
    arguments = (st, store, Model) if case.function == "hydrate_url_session_typed" else (st, store)
    answer, error = None, None
    try:
        answer = getattr(module, case.function)(*arguments, **case.options)
    except Exception as caught:  # noqa: BLE001 - what is raised is part of the comparison
        error = type(caught).__name__
    sids = _sids(store, answer)
    return Result(
        answer=_without_minted(answer),
        error=error,
        state=dict(dict.items(st.session_state)),
        query=_without_minted(_seen(st.query_params)),
        stored={_without_minted(sid): store.get(sid) for sid in sids},
        lasting={_without_minted(sid): _lasts(store, sid) for sid in sids if store.get(sid) is not None},
    )


def _sids(store: Any, answer: object) -> list[str]:
    """Every id that can be in the store; that no other one is there is counted."""
    sids = [KNOWN, OTHER, UNKNOWN, "7", "None", ODD]
    if isinstance(answer, str) and answer and answer not in sids:
        sids.append(answer)
    held = len(store._data if hasattr(store, "_data") else store._sessions)
    assert held == sum(store.get(sid) is not None for sid in sids)
    return sids


def _lasts(store: Any, sid: str) -> bool:
    """Whether a session stays for ever."""
    return (store._data[sid][1] if hasattr(store, "_data") else store.load(sid).idle_expires) is None


def _seen(query: Any) -> Any:
    if isinstance(query, OnlyItems):
        return query.items
    return dict(query) if isinstance(query, Mapping) else None


def _without_minted(value: Any) -> Any:
    """Two mints never agree: a well-formed id that no case brought along stands for all of them."""
    if isinstance(value, dict):
        return {key: _without_minted(held) for key, held in value.items()}
    if isinstance(value, tuple):
        return tuple(_without_minted(held) for held in value)
    if isinstance(value, BaseModel):
        return value.model_dump()
    if is_well_formed(value) and value not in (KNOWN, OTHER, UNKNOWN):
        return "a fresh id"
    return value


def assert_same(case: Case) -> None:
    """Both packages do the same."""
    assert play("ours", case) == play("original", case), case


def options(**choices: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Every combination; `...` leaves an argument out."""
    return [
        {name: value for name, value in zip(choices, combination, strict=True) if value is not ...}
        for combination in itertools.product(*choices.values())
    ]


OPTIONS: Final[dict[str, list[dict[str, Any]]]] = {
    "ensure_url_session": options(
        param=(..., None, "sid", ""),
        initial=(..., None, {}, {"n": 5, "seed": [1]}),
        ttl_seconds=(..., None, 60, 0, -1),
    ),
    "hydrate_url_session": options(param=(..., None, "sid", ""), merge=(..., True, False)),
    "persist_url_session": options(param=(..., None, "sid", ""), ttl_seconds=(..., None, 60, 0, -1)),
    "hydrate_url_session_typed": options(
        param=(..., None, "sid", ""), merge=(..., True, False), strict=(..., True, False)
    ),
}
FUNCTIONS: Final = tuple(OPTIONS)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_argument_does_what_it_did(function: str, query: str) -> None:
    """Every query, record and combination of arguments: same answer, same effects, same error."""
    for record, chosen in itertools.product(RECORDS, OPTIONS[function]):
        assert_same(Case(function, query, "partial", record, chosen))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_kind_of_state_is_treated_as_it_was(function: str, state: str) -> None:
    """Every state, query and record, merging and overwriting; failing ones fail alike."""
    choices: list[dict[str, Any]] = [{}, {"merge": False}] if function.startswith("hydrate") else [{}]
    for query, record, chosen in itertools.product(QUERIES, RECORDS, choices):
        assert_same(Case(function, query, state, record, chosen))


@pytest.mark.parametrize("text", ["1", "true", "yes", "on", "0", "", " TRUE ", "off", "2"])
@pytest.mark.parametrize("set_too", [(), (TESTS,), (FORCE,), (TESTS, FORCE), (DISABLE, FORCE)])
@pytest.mark.parametrize("variable", [DISABLE, TESTS, FORCE])
def test_switches_are_those_of_the_original(
    monkeypatch: pytest.MonkeyPatch, variable: str, set_too: tuple[str, ...], text: str
) -> None:
    """Each switch with each spelling, alone and with the others on."""
    for name in set_too:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv(variable, text)
    for function, query in itertools.product(FUNCTIONS, ("no id", "known", "unknown", "list", "empty")):
        assert_same(Case(function, query, "partial"))


@pytest.mark.parametrize("text", ["sid", " sid ", "", "   ", "fluxlit_sid"])
@pytest.mark.parametrize("disabled", [False, True])
def test_the_parameters_variable_is_that_of_the_original(
    monkeypatch: pytest.MonkeyPatch, disabled: bool, text: str
) -> None:
    """The query key from the environment, which an argument beats."""
    monkeypatch.setenv(PARAM_VARIABLE, text)
    if disabled:
        monkeypatch.setenv(DISABLE, "1")
    for function, query in itertools.product(FUNCTIONS, ("no id", "known", "another parameter")):
        for param in ({}, {"param": None}, {"param": "sid"}, {"param": PARAM}):
            assert_same(Case(function, query, "partial", options=param))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_debug_changes_no_answer(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """`FLUXLIT_DEBUG` is about the log only."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    for query, state in itertools.product(QUERIES, STATES):
        assert_same(Case(function, query, state))


def test_a_whole_visit_is_that_of_the_original() -> None:
    """Ensure, work, persist, come back in a new session, hydrate, ensure again with another seed."""
    seen = {}
    for package, module in SIDE_BY_SIDE.items():
        store = module.InMemorySessionStore()
        first = Facade({}, {})
        sid = module.ensure_url_session(first, store, initial={"n": 1})
        steps = [module.hydrate_url_session(first, store) == sid, dict(first.session_state)]
        first.session_state.update(n=2, text="typed")
        steps.append(module.persist_url_session(first, store) == sid)
        second = Facade(dict(first.query_params), {"text": "default"})
        steps.append(module.ensure_url_session(second, store, initial={"seed": 1}) == sid)
        steps.append(module.hydrate_url_session_typed(second, store, Model)[1].model_dump())
        steps.append(dict(second.session_state))
        store.delete(sid)
        steps.append(module.hydrate_url_session(second, store) == sid)
        steps.append(store.get(sid))
        seen[package] = steps
    assert seen["ours"] == seen["original"]
    assert seen["ours"][-3] == {"n": 2, "text": "default", "seed": 1}


# --- where ours differ on purpose ---------------------------------------------------------------


def both(
    function: str, state: dict[str, Any], record: dict[str, Any], *more: Any, **given: Any
) -> dict[str, Any]:
    """Call one function of both packages; return both facades' session states by package."""
    states = {}
    for package, module in SIDE_BY_SIDE.items():
        store = module.InMemorySessionStore()
        store.set(KNOWN, record)
        st = Facade({PARAM: KNOWN}, dict(state))
        getattr(module, function)(st, store, *more, **given)
        states[package] = (st.session_state, store.get(KNOWN))
    return states


def test_typed_hydrate_merges_what_was_validated() -> None:
    """The original validated and then merged the raw record; a text "3" in an int field is 3 with us."""
    seen = both("hydrate_url_session_typed", {}, {"n": "3", "extra": "4"}, Model)
    assert seen["original"][0] == {"n": "3", "extra": "4"}
    assert seen["ours"][0] == {"n": 3, "extra": "4"}


def test_typed_hydrate_overwrites_with_what_was_validated() -> None:
    """Also with `merge=False`."""
    seen = both("hydrate_url_session_typed", {"n": 1}, {"n": "3"}, Model, merge=False)
    assert seen["original"][0] == {"n": "3"}
    assert seen["ours"][0] == {"n": 3}


def test_typed_hydrate_fills_absent_keys_only() -> None:
    """A validated value does not beat a live one when merging, no more than a raw one did."""
    seen = both("hydrate_url_session_typed", {"n": 1}, {"n": "3", "text": "t"}, Model)
    assert seen["original"][0] == seen["ours"][0] == {"n": 1, "text": "t"}


def test_typed_hydrate_keeps_the_keys_of_the_record() -> None:
    """A field with an alias arrives under the key that it was stored with, validated."""

    class Aliased(BaseModel):
        count: int = Field(alias="n")

    seen = both("hydrate_url_session_typed", {}, {"n": "3"}, Aliased)
    assert seen["original"][0] == {"n": "3"}
    assert seen["ours"][0] == {"n": 3}


def test_typed_hydrate_invents_no_keys() -> None:
    """A model's default that is not in the record does not come into session state, as before."""
    seen = both("hydrate_url_session_typed", {}, {"n": 3}, Model)
    assert seen["original"][0] == seen["ours"][0] == {"n": 3}


def test_strict_errors_are_pydantics_own() -> None:
    """Both raise `ValidationError` and merge nothing."""
    for package, module in SIDE_BY_SIDE.items():
        store = module.InMemorySessionStore()
        store.set(KNOWN, {"n": "three"})
        st = Facade({PARAM: KNOWN}, {})
        with pytest.raises(ValidationError):
            module.hydrate_url_session_typed(st, store, Model, strict=True)
        assert st.session_state == {}, package


def test_keys_of_streamlits_own_are_not_persisted() -> None:
    """The original left out `__*` only; ours also what Streamlit and the bridge keep there."""
    state = {"a": 1, "$$internal": 2, "FormSubmitter:f-Go": True, "fluxlit_bridge": {}, "__x": 3}
    seen = both("persist_url_session", state, {})
    assert set(seen["original"][1]) == {"a", "$$internal", "FormSubmitter:f-Go", "fluxlit_bridge"}
    assert seen["ours"][1] == {"a": 1}


def test_what_cannot_be_stored_exactly_is_left_out() -> None:
    """The original's memory store held the object itself, which no other store could have done."""
    client = object()
    seen = both("persist_url_session", {"a": 1, "client": client}, {})
    assert seen["original"][1] == {"a": 1, "client": client}
    assert seen["ours"][1] == {"a": 1}


def test_stored_values_are_copies() -> None:
    """The original's memory store shared its lists with the app; ours gives each caller its own."""
    for package, shared in (("original", True), ("ours", False)):
        module = SIDE_BY_SIDE[package]
        store = module.InMemorySessionStore()
        rows = [1]
        module.persist_url_session(Facade({PARAM: KNOWN}, {"rows": rows}), store)
        rows.append(2)
        assert (store.get(KNOWN) == {"rows": [1, 2]}) is shared, package


@pytest.mark.parametrize("debug", ["0", "1"])
@pytest.mark.parametrize("query", ["known", "refusing", "list", "odd"])
def test_the_id_is_in_no_log_of_ours(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, query: str, debug: str
) -> None:
    """The original logged it when a snapshot failed."""
    monkeypatch.setenv("FLUXLIT_DEBUG", debug)
    caplog.set_level(logging.DEBUG)
    minted = []
    monkeypatch.setattr(
        "fluxlit_component.original.functions.new_session_id", lambda: minted.append(1) or UNKNOWN
    )
    for function, state, record in itertools.product(FUNCTIONS, STATES, RECORDS):
        play("ours", Case(function, query, state, record, {}))
    assert bool(minted) is (query == "refusing")
    assert caplog.records
    for sid in (KNOWN, OTHER, UNKNOWN, ODD):
        assert sid not in caplog.text
