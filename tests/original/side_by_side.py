"""One case, played with the published original, `fluxlit` 0.13.2, and with ours."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import pytest
from pydantic import BaseModel

import fluxlit_component as ours
from fluxlit_component.identifier import is_well_formed
from tests.original.odd_facades import KNOWN, ODD, OTHER, QUERIES, STATES, UNKNOWN, Facade, OnlyItems

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the original imports a test client that warns
    original = pytest.importorskip(
        "fluxlit.url_session", reason="compares with the original: pip install fluxlit==0.13.2"
    )

SIDE_BY_SIDE: Final = {"original": original, "ours": ours}
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
        initial=(..., None, {}, {"n": 5, "seed": [1]}, [("n", 5)], 5),
        ttl_seconds=(..., None, 60, 0, -1),
    ),
    "hydrate_url_session": options(param=(..., None, "sid", ""), merge=(..., True, False)),
    "persist_url_session": options(param=(..., None, "sid", ""), ttl_seconds=(..., None, 60, 0, -1)),
    "hydrate_url_session_typed": options(
        param=(..., None, "sid", ""), merge=(..., True, False), strict=(..., True, False)
    ),
}
FUNCTIONS: Final = tuple(OPTIONS)
