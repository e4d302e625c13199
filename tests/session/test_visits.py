"""A visit and its reload: one id, and the values that come back."""

from __future__ import annotations

import datetime as dt

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, UrlSession
from fluxlit_component.identifier import is_well_formed
from tests.session.spy_store import SpyStore
from tests.visitor import PARAM, Visitor, assign, defaults, form, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_a_new_visitor_passes_no_gate() -> None:
    """The first run is a full one, the id is in the query, and nothing was restored."""
    runs: list[int] = []
    visitor = Visitor(lambda _: runs.append(1))
    session = visitor.session
    assert runs == [1]
    assert (session.status, session.is_new, session.restored) == ("ready", True, ())
    assert is_well_formed(visitor.sid)
    assert session.id == visitor.sid


def test_the_id_stays_from_run_to_run() -> None:
    """One Streamlit session, one id."""
    visitor = Visitor(assign(a=1))
    ids = {visitor.session.id}
    for _ in range(3):
        ids.add(visitor.run().session.id)
    assert ids == {visitor.sid}


def test_a_visitor_without_state_leaves_nothing_behind(store: InMemorySessionStore) -> None:
    """Bots must not fill the store; the id in the query is then as good as none."""
    visitor = Visitor(nothing, store=store).run()
    assert store.load(visitor.sid) is None
    assert visitor.reload().session.is_new


def test_plain_values_come_back() -> None:
    """Values of many types, through SQLite, in a new Streamlit session."""
    values = {
        "text": "ä€",
        "number": 1,
        "nested": {"rows": [1, {"x": None}]},
        "day": dt.date(2024, 2, 29),
        "pair": (1, "a"),
        "set": {1, 2},
    }
    visitor = Visitor(assign(**values)).reload(nothing)
    assert visitor.state == values
    assert visitor.session.restored == tuple(sorted(values))
    assert not visitor.session.is_new


def test_stored_values_win_over_the_scripts_defaults(store: InMemorySessionStore) -> None:
    """The line `st.session_state.setdefault(...)` or `= ...` before the session is a default."""
    visitor = Visitor(assign(a="stored"), store=store)
    assert visitor.reload(defaults(a="default")).state == {"a": "stored"}


def test_a_counter_counts_on(store: InMemorySessionStore) -> None:
    """Read, changed and stored in every run."""

    def count(_: UrlSession) -> None:
        st.session_state["count"] = st.session_state.get("count", 0) + 1

    assert Visitor(count, store=store).run().reload().run().reload().state == {"count": 5}


def test_a_change_in_place_is_saved(store: InMemorySessionStore) -> None:
    """`append` assigns nothing."""
    visitor = Visitor(defaults(rows=[]), store=store)
    visitor.run(lambda _: st.session_state["rows"].append({"x": 1}))
    assert visitor.reload(nothing).state == {"rows": [{"x": 1}]}


def test_nothing_changed_is_nothing_written() -> None:
    """None for a page that nobody has touched, one for a change, none for the runs that follow."""
    store = SpyStore()
    visitor = Visitor(form, store=store)
    assert store.commits == 0
    visitor.at.text_input(key="name").set_value("Ada").run()
    for _ in range(3):
        visitor.run()
    assert store.commits == 1


def test_two_visitors_share_nothing(store: InMemorySessionStore) -> None:
    """Each has an id and a record of its own."""
    one, two = Visitor(assign(who="one"), store=store), Visitor(assign(who="two"), store=store)
    assert one.sid != two.sid
    assert one.reload(nothing).state == {"who": "one"}
    assert two.reload(nothing).state == {"who": "two"}


def test_an_own_parameter_is_used(store: InMemorySessionStore) -> None:
    """Query key by argument."""
    visitor = Visitor(assign(a=1), store=store, param="sid")
    assert set(visitor.at.query_params) == {"sid"}
    assert visitor.reload(nothing).state == {"a": 1}


def test_two_sessions_of_one_app_are_apart(store: InMemorySessionStore) -> None:
    """Two parameters, two ids, two records."""

    def body(_: UrlSession) -> None:
        from fluxlit_component import url_session

        with url_session(store, param="second", include=["b"]):
            st.session_state.setdefault("b", 2)
        st.session_state.setdefault("a", 1)

    visitor = Visitor(body, store=store, include=["a"])
    query = {
        key: value[0] if isinstance(value, list) else value for key, value in visitor.at.query_params.items()
    }
    assert store.get(query[PARAM]) == {"a": 1}
    assert store.get(query["second"]) == {"b": 2}


def test_the_query_of_the_app_is_left_alone() -> None:
    """Other parameters stay as they are."""
    visitor = Visitor(assign(a=1), query={"page": "2", "tag": ["x", "y"]})
    assert visitor.at.query_params["page"] in ("2", ["2"])
    assert visitor.at.query_params["tag"] == ["x", "y"]


def test_a_second_call_in_one_run_is_the_same_session(store: InMemorySessionStore) -> None:
    """A page that asks for the session its entrypoint has opened."""
    found: list[str | None] = []

    def body(session: UrlSession) -> None:
        from fluxlit_component import url_session

        st.session_state["a"] = 1
        with url_session(store) as again:
            found[:] = [session.id, again.id]
        st.session_state["b"] = 2

    visitor = Visitor(body, store=store)
    assert found[0] == found[1] == visitor.sid
    assert store.get(visitor.sid) == {"a": 1, "b": 2}
