"""`ensure_url_session` on a plain facade."""

from __future__ import annotations

from types import MappingProxyType, SimpleNamespace

import pytest

from fluxlit_component import ensure_url_session
from fluxlit_component.identifier import is_well_formed
from tests.original.facade import PARAM, SID, DictStore, facade, memory


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
