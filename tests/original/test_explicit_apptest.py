"""The original functions in a Streamlit run: same answers, and the strict rules of `url_session`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from pydantic import BaseModel, ValidationError
from streamlit.testing.v1 import AppTest

from fluxlit_component import (
    ConfigurationError,
    InMemorySessionStore,
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    persist_url_session,
)
from fluxlit_component.codec import encode
from fluxlit_component.identifier import is_well_formed
from fluxlit_component.state.record import Change, Commit

PARAM = "fluxlit_sid"
SID = "S" * 43


class Cart(BaseModel):
    """A small typed view."""

    total: int
    owner: str = "nobody"


def app(seen: dict) -> None:
    """The script of every test: what it does comes from outside."""
    seen["answer"] = seen["body"]()


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> InMemorySessionStore:
    """Continuity is on in tests; the store has one session."""
    monkeypatch.setenv("FLUXLIT_TESTS", "1")
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "1")
    store = InMemorySessionStore()
    store.set(SID, {"total": 3, "extra": [1]})
    return store


class Visitor:
    """One browser tab, played by AppTest."""

    def __init__(self, body: Callable[[], object], query: Mapping[str, Any] | None = None) -> None:
        self.seen: dict[str, Any] = {"body": body}
        self.at = AppTest.from_function(app, default_timeout=30, args=(self.seen,))
        self.at.query_params.update({PARAM: SID} if query is None else query)
        self.run()

    def run(self, body: Callable[[], object] | None = None) -> Visitor:
        """Run the script again."""
        self.seen["body"] = body or self.seen["body"]
        self.at.run()
        assert not self.at.exception, self.at.exception
        return self

    @property
    def answer(self) -> Any:
        """What the body returned."""
        return self.seen["answer"]

    @property
    def state(self) -> dict[str, Any]:
        """Plain and user-keyed values."""
        return {k: v for k, v in self.at.session_state._state.filtered_state.items() if "bridge" not in k}


def test_ensure_mints_and_seeds(store: InMemorySessionStore) -> None:
    """A new visitor gets an id in the query and a record with `initial`; session state is not touched."""
    visitor = Visitor(lambda: ensure_url_session(st, store, initial={"n": 1}), {})
    assert is_well_formed(visitor.answer)
    assert visitor.at.query_params[PARAM] in (visitor.answer, [visitor.answer])
    assert store.get(visitor.answer) == {"n": 1}
    assert visitor.state == {}


def test_ensure_replaces_an_unknown_id(store: InMemorySessionStore) -> None:
    """Unlike on a plain facade nobody vouches for what stands in a visitor's URL."""
    visitor = Visitor(lambda: ensure_url_session(st, store), {PARAM: "U" * 43})
    assert is_well_formed(visitor.answer)
    assert visitor.answer != "U" * 43


def facade_of(stands_before: bool) -> Any:
    """Streamlit itself, or an object of the app's that stands before it."""
    if not stands_before:
        return st
    return SimpleNamespace(query_params=st.query_params, session_state=st.session_state)


@pytest.mark.parametrize("through_a_facade", [False, True])
def test_the_secrets_name_the_parameter(store: InMemorySessionStore, through_a_facade: bool) -> None:
    """As for `url_session`; for an object that stands before Streamlit too. An argument beats them."""

    def body() -> object:
        facade = facade_of(through_a_facade)
        found = hydrate_url_session(facade, store)
        total = st.session_state["total"] = st.session_state["total"] + 1
        persist_url_session(facade, store)
        typed = hydrate_url_session_typed(facade, store, Cart)
        return found, ensure_url_session(facade, store), typed, total

    at = AppTest.from_function(app, default_timeout=30, args=(seen := {"body": body},))
    at.secrets["fluxlit"] = {"url_session_query_param": "s"}
    at.query_params["s"] = SID
    assert not at.run().exception
    assert set(at.query_params) == {"s"}
    assert seen["answer"] == (SID, SID, (SID, Cart(total=4)), 4)
    assert store.get(SID) == {"total": 4, "extra": [1]}
    seen["body"] = lambda: ensure_url_session(facade_of(through_a_facade), store, param="own")
    assert not at.run().exception
    assert set(at.query_params) == {"s", "own"}


def test_ensure_merges_initial_into_the_record(store: InMemorySessionStore) -> None:
    """Keys of `initial` win, the others stay."""
    assert Visitor(lambda: ensure_url_session(st, store, initial={"total": 5, "new": 1})).answer == SID
    assert store.get(SID) == {"total": 5, "new": 1, "extra": [1]}


@pytest.mark.parametrize(
    ("work", "left"),
    [
        (lambda store: ensure_url_session(st, store, initial={"total": 5}), 5),
        (lambda store: hydrate_url_session_typed(st, store, Cart), "many"),
    ],
)
def test_the_schema_number_of_a_record_stays(
    store: InMemorySessionStore, work: Callable[[InMemorySessionStore], object], left: object
) -> None:
    """These functions have no schema, and write to a record that a `url_session(model=...)` has begun."""
    changes = {"total": Change(encode("many"), 1)}
    store.commit(SID, Commit(changes, schema=3))
    visitor = Visitor(lambda: work(store))
    visitor.run(lambda: (st.session_state.update(new=1), persist_url_session(st, store)))
    assert store.get(SID) == {"total": left, "extra": [1], "new": 1}
    record = store.load(SID)
    assert record is not None
    assert record.schema == 3


def test_the_id_stays_from_run_to_run(store: InMemorySessionStore) -> None:
    """Also without anything stored."""
    visitor = Visitor(lambda: ensure_url_session(st, store), {})
    first = visitor.answer
    assert visitor.run().answer == first


@pytest.mark.parametrize(("merge", "total"), [(True, "live"), (False, 3)])
def test_hydrate_merges_or_overwrites(store: InMemorySessionStore, merge: bool, total: object) -> None:
    """`merge=True`: absent keys only."""

    def body() -> object:
        st.session_state["total"] = "live"
        return hydrate_url_session(st, store, merge=merge)

    visitor = Visitor(body)
    assert visitor.answer == SID
    assert visitor.state == {"total": total, "extra": [1]}


def test_hydrate_brings_in_what_ensure_seeded(store: InMemorySessionStore) -> None:
    """The usual three lines, first run of a new visitor."""

    def body() -> object:
        ensure_url_session(st, store, initial={"total": 0})
        hydrate_url_session(st, store)
        return dict(st.session_state)["total"]

    assert Visitor(body, {}).answer == 0


@pytest.mark.parametrize(("merge", "total"), [(True, "live"), (False, "blob")])
def test_a_blob_replaces_the_read(store: InMemorySessionStore, merge: bool, total: str) -> None:
    """As on a facade: what the record holds does not come in, and `merge` means what it always does."""

    def body() -> object:
        st.session_state["total"] = "live"
        return hydrate_url_session(st, store, blob={"from": 1, "total": "blob"}, merge=merge)

    visitor = Visitor(body)
    assert visitor.answer == SID
    assert visitor.state == {"from": 1, "total": total}


def test_what_a_blob_left_out_stays_stored(store: InMemorySessionStore) -> None:
    """Saving the run adds the blob's values; later runs keep hidden widgets as they always do."""
    show = [True]

    def body() -> object:
        hydrate_url_session(st, store, blob={"from": "blob"})
        if show[0]:
            st.text_input("Name", key="name")
        return persist_url_session(st, store)

    visitor = Visitor(body)
    assert store.get(SID) == {"total": 3, "extra": [1], "from": "blob", "name": ""}
    visitor.at.text_input(key="name").set_value("Ada").run()
    show[0] = False
    visitor.run().run()
    assert visitor.state == {"from": "blob", "name": "Ada"}
    show[0] = True
    assert visitor.run().at.text_input(key="name").value == "Ada"
    assert store.get(SID) == {"total": 3, "extra": [1], "from": "blob", "name": "Ada"}


def test_persist_saves_plain_values_and_widgets(store: InMemorySessionStore) -> None:
    """At the end of a script."""

    def body() -> object:
        ensure_url_session(st, store)
        hydrate_url_session(st, store)
        st.session_state["a"] = (1, 2)
        st.text_input("Name", "x", key="name")
        st.button("Go", key="go")
        return persist_url_session(st, store)

    visitor = Visitor(body, {})
    assert store.get(visitor.answer) == {"a": (1, 2), "name": "x"}


def test_a_whole_visit(store: InMemorySessionStore) -> None:
    """Count, reload, count on: an app written for the original."""

    def body() -> object:
        sid = ensure_url_session(st, store)
        hydrate_url_session(st, store)
        st.session_state.setdefault("count", 0)
        st.text_input("Name", key="name")
        st.session_state["count"] += 1
        persist_url_session(st, store)
        return sid

    visitor = Visitor(body, {}).run()
    visitor.at.text_input(key="name").set_value("Ada").run()
    again = Visitor(body, visitor.at.query_params)
    assert again.answer == visitor.answer
    assert again.state == {"count": 4, "name": "Ada"}


def test_persist_saves_deletions(store: InMemorySessionStore) -> None:
    """A key that the app deleted stays deleted."""

    def body() -> object:
        hydrate_url_session(st, store)
        st.session_state.pop("extra", None)
        return persist_url_session(st, store)

    visitor = Visitor(body)
    assert store.get(SID) == {"total": 3}
    assert visitor.run().state == {"total": 3}


@pytest.mark.parametrize("typed", [False, True])
def test_absent_keys_are_filled_at_every_call(store: InMemorySessionStore, typed: bool) -> None:
    """Also in later runs: what the app has dropped before the call, and what somebody else has stored."""

    def hydrated() -> object:
        return hydrate_url_session_typed(st, store, Cart) if typed else hydrate_url_session(st, store)

    def body() -> object:
        hydrated()
        del st.session_state["extra"]
        return hydrated()

    visitor = Visitor(body)
    assert visitor.state == {"total": 3, "extra": [1]}
    store.set(SID, {"total": 4, "extra": [1], "new": 5})
    assert visitor.run(hydrated).state == {"total": 3, "extra": [1], "new": 5}


def test_persist_alone_does_not_lose_the_record(store: InMemorySessionStore) -> None:
    """An app that never hydrates must not overwrite what is stored with its defaults."""

    def body() -> object:
        st.session_state["mine"] = 1
        return persist_url_session(st, store)

    assert Visitor(body).answer == SID
    assert store.get(SID) == {"total": 3, "extra": [1], "mine": 1}


def test_typed_hydrate_returns_the_model(store: InMemorySessionStore) -> None:
    """Validated values come in, unnamed keys as they are."""
    store.set(SID, {"total": "3", "extra": [1]})
    visitor = Visitor(lambda: hydrate_url_session_typed(st, store, Cart))
    assert visitor.answer == (SID, Cart(total=3))
    assert visitor.state == {"total": 3, "extra": [1]}


@pytest.mark.parametrize(("merge", "total"), [(True, 1), (False, 3)])
def test_typed_hydrate_merges_or_overwrites(store: InMemorySessionStore, merge: bool, total: int) -> None:
    """`merge=True`: absent keys only."""

    def body() -> object:
        st.session_state["total"] = 1
        return hydrate_url_session_typed(st, store, Cart, merge=merge)

    assert Visitor(body).state == {"total": total, "extra": [1]}


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("persists", [True, False])
def test_typed_hydrate_does_not_undo_a_later_run(
    store: InMemorySessionStore, persists: bool, merge: bool
) -> None:
    """A change that was not persisted in its run is saved before the next one reads."""
    store.set(SID, {"total": "3"})
    totals: list[int] = []

    def body() -> object:
        answer = hydrate_url_session_typed(st, store, Cart, merge=merge)
        totals.append(st.session_state["total"])
        st.session_state["total"] += 10
        if persists:
            persist_url_session(st, store)
        return answer

    Visitor(body).run().run()
    assert totals == [3, 13, 23]


def test_a_record_that_does_not_fit_stays_out_and_stays_stored(store: InMemorySessionStore) -> None:
    """Nothing is merged, and saving the run does not destroy what did not fit."""
    store.set(SID, {"total": "three", "extra": [1]})

    def body() -> object:
        answer = hydrate_url_session_typed(st, store, Cart)
        st.session_state["mine"] = 1
        persist_url_session(st, store)
        return answer

    visitor = Visitor(body)
    assert visitor.answer == (SID, None)
    assert visitor.state == {"mine": 1}
    assert store.get(SID) == {"total": "three", "extra": [1], "mine": 1}
    assert visitor.run().state == {"mine": 1}


def test_strict_raises(store: InMemorySessionStore) -> None:
    """The caller wants to know."""
    store.set(SID, {"total": "three"})

    def body() -> object:
        with pytest.raises(ValidationError):
            hydrate_url_session_typed(st, store, Cart, strict=True)
        return dict(st.session_state)

    assert Visitor(body).state == {}


def test_a_wrong_lifetime_is_refused(store: InMemorySessionStore) -> None:
    """By the strict rules of `url_session`: else nothing would be stored."""

    def body() -> object:
        wrong: Any = "60"
        for function in (ensure_url_session, persist_url_session):
            with pytest.raises(ConfigurationError, match="ttl_seconds"):
                function(st, store, ttl_seconds=wrong)
        return True

    assert Visitor(body).answer is True


@pytest.mark.parametrize("param", [5, "a b", "", "fluxlit_link"])
def test_a_wrong_parameter_is_refused(store: InMemorySessionStore, param: Any) -> None:
    """By the rules of `url_session`, in all four functions."""

    def body() -> object:
        for function in (ensure_url_session, hydrate_url_session, persist_url_session):
            with pytest.raises(ConfigurationError, match="param must be a plain query key"):
                function(st, store, param=param)
        with pytest.raises(ConfigurationError, match="param must be a plain query key"):
            hydrate_url_session_typed(st, store, Cart, param=param)
        return True

    assert Visitor(body).answer is True


@pytest.mark.parametrize("model", [None, dict, "Cart"])
def test_a_wrong_model_is_refused(store: InMemorySessionStore, model: Any) -> None:
    """Also while nothing is stored."""

    def body() -> object:
        with pytest.raises(ConfigurationError, match="model must be a pydantic model class"):
            hydrate_url_session_typed(st, store, model)
        return True

    assert Visitor(body).answer is True
    assert Visitor(body, {}).answer is True


@pytest.mark.parametrize("initial", [[("5", 1), ("total", 4)], {5: 1, "total": 4}])
def test_initial_takes_pairs_and_keys_that_are_no_text(store: InMemorySessionStore, initial: Any) -> None:
    """The original takes both; Streamlit makes a text of each key."""

    def body() -> object:
        ensure_url_session(st, store, initial=initial)
        hydrate_url_session(st, store)
        return st.session_state["5"], st.session_state["total"]

    for query in ({PARAM: SID}, {}):
        assert Visitor(body, query).answer == (1, 4)
    assert store.get(SID) == {"total": 4, "extra": [1], "5": 1}


def test_typed_hydrate_of_a_new_visitor(store: InMemorySessionStore) -> None:
    """An id and no model."""
    visitor = Visitor(lambda: hydrate_url_session_typed(st, store, Cart), {})
    sid, model = visitor.answer
    assert is_well_formed(sid)
    assert model is None


def test_disabled_nothing_happens(monkeypatch: pytest.MonkeyPatch, store: InMemorySessionStore) -> None:
    """In a run as on a facade."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    visitor = Visitor(
        lambda: (
            ensure_url_session(st, store, initial={"n": 1}),
            hydrate_url_session(st, store),
            persist_url_session(st, store),
            hydrate_url_session_typed(st, store, Cart),
            ensure_url_session(st, "memory://", param="a b"),  # type: ignore[arg-type]
        )
    )
    assert visitor.answer == (SID, None, None, (None, None), "")
    assert visitor.state == {}
    assert store.get(SID) == {"total": 3, "extra": [1]}
