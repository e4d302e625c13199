"""Where ours differ from the published original on purpose."""

from __future__ import annotations

import itertools
import logging
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from tests.original.odd_facades import KNOWN, ODD, OTHER, PARAM, STATES, UNKNOWN, Facade
from tests.original.side_by_side import FUNCTIONS, RECORDS, SIDE_BY_SIDE, Case, Model, play


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


def test_a_model_that_forbids_other_keys_forbids_those_of_the_record() -> None:
    """As before: with `strict` it raises, and otherwise nothing is merged."""

    class Strict(BaseModel, extra="forbid"):
        n: int

    for package, module in SIDE_BY_SIDE.items():
        store = module.InMemorySessionStore()
        store.set(KNOWN, {"n": 3, "another": 1})
        st = Facade({PARAM: KNOWN}, {})
        with pytest.raises(ValidationError, match="another"):
            module.hydrate_url_session_typed(st, store, Strict, strict=True)
        assert module.hydrate_url_session_typed(st, store, Strict) == (KNOWN, None)
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
