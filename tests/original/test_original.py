"""The four functions against those of the published original, `fluxlit` 0.13.2, on a plain facade.

Every case is played twice, each time with the functions and the in-memory store of one package, and
the answers, the session state, the query and the store are compared. Where ours differ on purpose,
a test of its own says how.
"""

from __future__ import annotations

import itertools
from typing import Any, Final

import pytest

from tests.original.odd_facades import PARAM, QUERIES, STATES, Facade
from tests.original.side_by_side import (
    FUNCTIONS,
    OPTIONS,
    PARAM_VARIABLE,
    RECORDS,
    SIDE_BY_SIDE,
    Case,
    Model,
    assert_same,
)

DISABLE: Final = "FLUXLIT_DISABLE_URL_SESSION"
TESTS: Final = "FLUXLIT_TESTS"
FORCE: Final = "FLUXLIT_FORCE_URL_SESSION_IN_TESTS"


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
