"""`hydrate_url_session` and `hydrate_url_session_typed` on a plain facade."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from fluxlit_component import (
    InMemorySessionStore,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from tests.original.facade import PARAM, SID, Cart, DictStore, facade, memory


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
