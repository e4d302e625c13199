"""`url_session` in AppTest, as the author of an app would test it: no browser, no gate, real script runs.

What needs a browser is in `e2e/`: the gate, the address bar, history, page switches by the visitor, a
server that dies, a fragment that runs alone, and the death of the old id after `rotate()`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import inspect
import logging
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component import (
    Caps,
    ConfigurationError,
    InMemorySessionStore,
    SQLiteSessionStore,
    StoreUnavailable,
    UrlSession,
    append,
    counter,
    register,
    url_session,
)
from fluxlit_component.codec import catalogue
from fluxlit_component.identifier import is_well_formed, stored_key
from fluxlit_component.stores.outage import breaker_of
from fluxlit_component.tab.persist import Persist
from fluxlit_component.tab.tab import forget_tabs
from tests.three_methods import DictStore
from tests.turnable import TurnableClock
from tests.visitor import PARAM, UNKNOWN, Body, Visitor, app, assign, defaults, delete, nothing

pytestmark = pytest.mark.usefixtures("forced")


def form(_: UrlSession) -> None:
    """An app with widgets of several kinds, one of them with a default of its own."""
    st.text_input("Name", key="name")
    st.number_input("Age", key="age", value=30)
    st.checkbox("Member", key="member")
    st.selectbox("Colour", ["red", "green", "blue"], key="colour")
    st.multiselect("Tags", ["a", "b", "c"], key="tags")
    st.slider("Range", 0, 100, (10, 20), key="range")
    st.date_input("Day", dt.date(2024, 1, 1), key="day")


@pytest.fixture
def store() -> Iterator[InMemorySessionStore]:
    """A store that a test can look into."""
    return InMemorySessionStore()


class SpyStore(InMemorySessionStore):
    """Notes which ids it was asked for, and fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.commits = 0
        self.is_down = False

    def load(self, session_id: str) -> Any:
        self.loaded.append(session_id)
        self._answer()
        return super().load(session_id)

    def commit(self, session_id: str, commit: Any) -> Any:
        self._answer()
        self.commits += 1
        return super().commit(session_id, commit)

    def _answer(self) -> None:
        if self.is_down:
            raise StoreUnavailable("no answer")


# --- switches ------------------------------------------------------------------------------------
@pytest.mark.parametrize("switch", ["FLUXLIT_TESTS", "FLUXLIT_DISABLE_URL_SESSION"])
def test_disabled_the_app_runs_as_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, switch: str
) -> None:
    """No store is opened, no id minted, nothing mounted; every method of the session still works."""
    monkeypatch.delenv("FLUXLIT_TESTS")
    monkeypatch.delenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS")
    monkeypatch.setenv(switch, "1")
    answers: list[object] = []

    def body(session: UrlSession) -> None:
        st.session_state["a"] = 1
        answers[:] = [session.persist(), session.rotate(), session.destroy()]
        session.clear()
        session.fragment(lambda: st.write("in a fragment"))()

    visitor = Visitor(body)
    session = visitor.session
    assert (session.status, session.id, session.is_new) == ("disabled", None, True)
    assert (session.restored, dict(session.skipped)) == ((), {})
    assert answers == [False, False, False]
    assert visitor.state == {"a": 1}
    assert visitor.at.markdown[0].value == "in a fragment"
    assert not visitor.at.query_params
    assert list(tmp_path.iterdir()) == []


def test_disabled_a_wrong_setting_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is switched off reads no settings."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    monkeypatch.setenv("FLUXLIT_SESSION_TTL", "a day")
    assert Visitor(nothing).session.status == "disabled"


def test_outside_of_a_run_there_is_no_session() -> None:
    """Bare Python: the module can be imported and called, nothing happens."""
    from fluxlit_component import url_session

    with url_session() as session:
        assert session.status == "disabled"


# --- a visit and its reload ----------------------------------------------------------------------
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


def test_widgets_come_back() -> None:
    """Every kind with a value of its own, and their widgets show it; the untouched shows its default."""
    at = Visitor(form).at
    at.text_input(key="name").set_value("Ada")
    at.checkbox(key="member").check()
    at.selectbox(key="colour").set_value("blue")
    at.multiselect(key="tags").set_value(["c", "a"])
    at.slider(key="range").set_range(5, 95)
    at.date_input(key="day").set_value(dt.date(2024, 12, 31))
    at.run()
    expected = {
        "name": "Ada",
        "age": 30,
        "member": True,
        "colour": "blue",
        "tags": ["c", "a"],
        "range": (5, 95),
        "day": dt.date(2024, 12, 31),
    }
    visitor = Visitor(form, query=at.query_params)
    assert visitor.state == expected
    assert visitor.at.text_input(key="name").value == "Ada"
    assert visitor.at.selectbox(key="colour").value == "blue"
    assert visitor.session.skipped == {}
    assert visitor.run().state == expected


def stops_first(_: UrlSession) -> None:
    """The first run of a page load ends before the fields are drawn."""
    if "__begun" not in st.session_state:
        st.session_state["__begun"] = True
        st.stop()
    if "town" not in st.session_state:
        st.session_state.town = "Rome"
    st.text_input("Name", key="name")
    st.text_input("Town", key="town")


def test_widgets_come_back_in_the_first_run_that_draws_them() -> None:
    """A run that ends early, at the gate of another session for example, costs nothing."""
    at = Visitor(stops_first).run().at
    at.text_input(key="name").set_value("Ada")
    at.text_input(key="town").set_value("Oslo")
    at.run()
    visitor = Visitor(stops_first, query=at.query_params).run()
    assert [field.value for field in visitor.at.text_input] == ["Ada", "Oslo"]
    assert [field.value for field in visitor.run().at.text_input] == ["Ada", "Oslo"]


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


def test_the_id_is_in_no_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor in `repr`, with every level on."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    caplog.set_level(logging.DEBUG, logger="fluxlit_component")
    visitor = Visitor(lambda _: st.session_state.update(a=1, f=print))
    visitor.reload()
    Visitor(nothing, query={PARAM: UNKNOWN})
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("fluxlit"))
    assert ours
    for sid in (visitor.sid, UNKNOWN):
        assert sid not in ours
        assert sid not in repr(visitor.session)


# --- ids that are not believed -------------------------------------------------------------------
def test_an_unknown_id_is_replaced() -> None:
    """Session fixation: a well-formed id that the store does not know is not adopted."""
    store = SpyStore()
    visitor = Visitor(assign(a=1), query={PARAM: UNKNOWN}, store=store)
    assert visitor.sid not in ("", UNKNOWN)
    assert visitor.session.is_new
    assert store.loaded == [UNKNOWN]
    assert (store.get(visitor.sid), store.get(UNKNOWN)) == ({"a": 1}, None)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * 6000, id="6 kB"),
        pytest.param("A" * 42 + "\0", id="NUL"),
        pytest.param("A" * 43 + "\r\nSet-Cookie: a=b", id="CRLF"),
        pytest.param("A" * 43 + "\n", id="trailing newline"),
        pytest.param("'\"><script>alert(1)</script>", id="quotes"),
        pytest.param("A" * 42 + "\u202e", id="right-to-left mark"),
        pytest.param(stored_key("A" * 43), id="the stored hash"),
        pytest.param(["A" * 43, "B" * 43], id="twice the parameter"),
        pytest.param(["A" * 43, "A" * 43], id="twice the same"),
    ],
)
def test_a_hostile_id_is_replaced_unasked(value: object) -> None:
    """No exception, nothing adopted, and the store is not even asked."""
    store = SpyStore()
    store.set("A" * 43, {"a": "of somebody else"})
    visitor = Visitor(nothing, query={PARAM: value}, store=store)
    assert is_well_formed(visitor.session.id)
    assert visitor.session.id not in ("A" * 43, "B" * 43)
    assert visitor.session.status == "ready"
    assert visitor.state == {}
    assert store.loaded == []


def test_an_expired_session_is_absent() -> None:
    """After its idle lifetime the id is dead: a fresh one, nothing restored."""
    now = [1000.0]
    store = InMemorySessionStore(clock=lambda: now[0])
    visitor = Visitor(assign(a=1), store=store, ttl_seconds=60)
    now[0] += 59
    visitor = visitor.reload(assign(a=2))
    assert not visitor.session.is_new
    now[0] += 59
    assert not visitor.reload(nothing).session.is_new
    now[0] += 61
    late = visitor.reload(nothing)
    assert late.session.is_new
    assert late.sid != visitor.sid
    assert late.state == {}


def test_the_absolute_lifetime_ends_a_busy_session() -> None:
    """However often it is used."""
    now = [1000.0]
    store = InMemorySessionStore(clock=lambda: now[0])
    visitor = Visitor(assign(a=1), store=store, ttl_seconds=60, max_age_seconds=100)
    for number in range(4):
        now[0] += 30
        visitor = visitor.reload(assign(a=number))
    assert visitor.session.is_new


# --- what is kept --------------------------------------------------------------------------------
def test_forbidden_widgets_are_skipped_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    """A button and its kin are reported by key and remedy, not in the log, and do not come back."""

    def body(_: UrlSession) -> None:
        st.button("Go", key="go")
        st.file_uploader("File", key="file")
        st.data_editor([{"a": 1}], key="editor")
        st.text_input("Name", key="name")

    visitor = Visitor(body)
    visitor.at.text_input(key="name").set_value("Ada")
    visitor.at.button(key="go").click().run()
    assert set(visitor.session.skipped) == {"go", "file", "editor"}
    assert all("key of your own" in reason for reason in visitor.session.skipped.values())
    assert "fluxlit" not in {record.name.partition("_")[0] for record in caplog.records}
    visitor = visitor.reload()
    assert visitor.session.restored == ("name",)
    assert visitor.at.button(key="go").value is False


def test_values_that_cannot_be_stored_are_skipped_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    """The rest is saved; one warning per key, however many runs and visitors there are."""
    visitor = Visitor(lambda _: st.session_state.update(a=1, client=print)).run().run()
    assert set(visitor.session.skipped) == {"client"}
    assert set(Visitor(assign(client=print)).session.skipped) == {"client"}
    assert sum("'client'" in record.getMessage() for record in caplog.records) == 1
    assert visitor.reload(nothing).state == {"a": 1}


def test_values_over_a_cap_are_skipped_by_name(store: InMemorySessionStore) -> None:
    """The rest is kept; what stood under the key goes, until its value is small again."""
    visitor = Visitor(assign(a="small", big="x"), store=store, caps=Caps(value_bytes=50))
    assert visitor.session.skipped == {}
    visitor.run(assign(a="other", big="x" * 50))
    assert list(visitor.session.skipped) == ["big"]
    assert "over the 50 that one value may have" in visitor.session.skipped["big"]
    assert visitor.session.status == "ready"
    assert store.get(visitor.sid) == {"a": "other"}
    assert visitor.reload(nothing).state == {"a": "other"}
    visitor.run(assign(big="y"))
    assert visitor.reload(nothing).state == {"a": "other", "big": "y"}


def test_keys_over_a_cap_are_skipped_by_name(store: InMemorySessionStore) -> None:
    """Of the number of keys, and of the bytes of the whole session."""
    many = Visitor(assign(a=1, b=2, c=3), store=store, caps=Caps(keys=2))
    assert list(many.session.skipped) == ["c"]
    assert many.reload(nothing).state == {"a": 1, "b": 2}
    large = Visitor(assign(a="x" * 40, b="y" * 40, c="z"), store=store, caps=Caps(session_bytes=60))
    assert list(large.session.skipped) == ["b"]
    assert large.reload(nothing).state == {"a": "x" * 40, "c": "z"}


def test_newest_or_nothing(store: InMemorySessionStore) -> None:
    """A value that cannot be kept takes its older version out of the record: no stale one comes back."""
    visitor = Visitor(assign(a="good", step=1), store=store)
    visitor.run(assign(a=print, step=2))
    assert store.get(visitor.sid) == {"step": 2}
    assert visitor.reload(nothing).state == {"step": 2}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"include": ["cart*"]}, {"cart", "cart_total"}),
        ({"include": "cart"}, {"cart"}),
        ({"include": []}, set()),
        ({"exclude": ["tmp_*", "cart"]}, {"cart_total", "name"}),
        ({"include": ["*"], "exclude": ("*",)}, set()),
    ],
)
def test_patterns_choose_what_is_kept(
    store: InMemorySessionStore, options: dict[str, Any], kept: set[str]
) -> None:
    """By glob; what is left out is neither saved, restored, reported nor touched."""
    visitor = Visitor(assign(cart=1, cart_total=2, tmp_x=3, name=4), store=store, **options)
    assert set(store.get(visitor.sid) or {}) == kept
    assert visitor.session.skipped == {}
    assert set(visitor.reload(nothing).state) == kept


def test_patterns_hold_for_what_comes_back(store: InMemorySessionStore) -> None:
    """A record with more keys than the app wants now."""
    visitor = Visitor(assign(a=1, b=2), store=store)
    assert visitor.reload(nothing, exclude=["b"]).state == {"a": 1}
    assert store.get(visitor.sid) == {"a": 1, "b": 2}


# --- deletions -----------------------------------------------------------------------------------
def test_a_deleted_key_stays_deleted(store: InMemorySessionStore) -> None:
    """In the record, in later runs and after a reload."""
    visitor = Visitor(defaults(a=1, b=2), store=store)
    visitor.run(delete("a"))
    assert store.get(visitor.sid) == {"b": 2}
    assert visitor.run(nothing).state == {"b": 2}
    assert visitor.reload(nothing).state == {"b": 2}


def test_a_restored_key_can_be_deleted(store: InMemorySessionStore) -> None:
    """In the very run that brought it back."""
    visitor = Visitor(assign(a=1, b=2), store=store).reload(delete("a"))
    assert visitor.reload(nothing).state == {"b": 2}


def test_clearing_session_state_means_just_that(store: InMemorySessionStore) -> None:
    """`st.session_state.clear()` empties the record too."""
    visitor = Visitor(defaults(a=1, b=2), store=store)
    visitor.run(lambda _: st.session_state.clear())
    assert store.get(visitor.sid) == {}
    assert visitor.reload(nothing).state == {}


def test_a_key_deleted_in_a_callback_stays_deleted(store: InMemorySessionStore) -> None:
    """It is gone before the run begins."""

    def body(_: UrlSession) -> None:
        st.button("Delete", key="go", on_click=lambda: st.session_state.pop("a"))

    visitor = Visitor(defaults(a=1, b=2), store=store).run(body)
    visitor.at.button(key="go").click().run()
    assert store.get(visitor.sid) == {"b": 2}
    assert "a" not in visitor.run(nothing).state


# --- widgets that come and go --------------------------------------------------------------------
def test_a_hidden_widget_is_forgotten_as_streamlit_forgets_it(store: InMemorySessionStore) -> None:
    """Typed, away for one run, shown again: empty, and not in the record."""
    visitor = Visitor(form, store=store)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor.run(nothing)
    assert store.get(visitor.sid) == {}
    visitor.run(form)
    assert visitor.at.text_input(key="name").value == ""


def test_a_hidden_widget_keeps_its_value_where_the_app_asks_for_it(store: InMemorySessionStore) -> None:
    """Typed, hidden for some runs, shown again: the value is there, in between in the record too."""
    visitor = Visitor(form, store=store, keep_hidden=True)
    visitor.at.text_input(key="name").set_value("Ada").run()
    for _ in range(3):
        visitor.run(nothing)
    assert (store.get(visitor.sid) or {})["name"] == "Ada"
    visitor.run(form)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert visitor.state["name"] == "Ada"


def test_a_widget_hidden_over_a_reload_keeps_its_value(store: InMemorySessionStore) -> None:
    """It was not on the page when the visitor pressed F5."""
    visitor = Visitor(form, store=store, keep_hidden=["na*"])
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.run(nothing).reload(nothing).run().run(form)
    assert visitor.at.text_input(key="name").value == "Ada"


def test_typing_over_a_restored_value_counts(store: InMemorySessionStore) -> None:
    """What the visitor does after the reload is not put back."""
    visitor = Visitor(form, store=store)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.reload()
    visitor.at.text_input(key="name").set_value("Grace").run()
    assert visitor.at.text_input(key="name").value == "Grace"
    assert visitor.reload().state["name"] == "Grace"


# --- every way out -------------------------------------------------------------------------------
def fail() -> None:
    """The app's own error."""
    raise ValueError("the app failed")


@pytest.mark.parametrize("leave", [st.stop, fail, lambda: st.error("no way out")])
def test_every_way_out_saves(store: InMemorySessionStore, leave: Callable[[], object]) -> None:
    """Stopped, failed or simply over."""

    def body(_: UrlSession) -> None:
        st.session_state["a"] = 1
        leave()

    visitor = Visitor(body, store=store, may_fail=True)
    assert store.get(visitor.sid) == {"a": 1}
    assert bool(visitor.at.exception) is (leave is fail)


def test_a_rerun_saves(store: InMemorySessionStore) -> None:
    """Both the run that was left and the one that followed."""

    def body(_: UrlSession) -> None:
        if "first" not in st.session_state:
            st.session_state["first"] = 1
            st.rerun()
        st.session_state["second"] = 2

    assert store.get(Visitor(body, store=store).sid) == {"first": 1, "second": 2}


def test_the_apps_exception_is_the_apps(store: InMemorySessionStore) -> None:
    """It is shown as without the session."""
    visitor = Visitor(lambda _: fail(), store=store, may_fail=True)
    assert visitor.at.exception[0].message == "the app failed"


def test_persist_saves_at_once(store: InMemorySessionStore) -> None:
    """In the middle of a run, before what comes after it fails to."""
    found: list[object] = []

    def body(session: UrlSession) -> None:
        st.session_state["a"] = 1
        found.append(session.persist())
        found.append(store.get(session.id or ""))
        st.session_state["b"] = 2

    visitor = Visitor(body, store=store)
    assert found == [True, {"a": 1}]
    assert store.get(visitor.sid) == {"a": 1, "b": 2}


def test_without_with_the_next_run_saves(store: InMemorySessionStore) -> None:
    """What a run changed is written when the next one begins."""
    visitor = Visitor(defaults(a=1), store=store, use_with=False)
    assert store.get(visitor.sid) is None
    visitor.run(nothing)
    assert store.get(visitor.sid) == {"a": 1}
    visitor.run(delete("a"))
    visitor.run(nothing)
    assert store.get(visitor.sid) == {}


def test_without_with_persist_saves(store: InMemorySessionStore) -> None:
    """Called at the end of the script it does what the block does."""

    def body(session: UrlSession) -> None:
        st.session_state["a"] = 1
        st.text_input("Name", key="name")
        session.persist()

    visitor = Visitor(body, store=store, use_with=False)
    visitor.at.text_input(key="name").set_value("x").run()
    assert store.get(visitor.sid) == {"a": 1, "name": "x"}
    assert visitor.reload(nothing).state == {"a": 1, "name": "x"}


def test_a_fragment_in_a_full_run_works(store: InMemorySessionStore) -> None:
    """AppTest never runs a fragment alone; in a full run it is an ordinary function that returns."""

    def body(session: UrlSession) -> None:
        @session.fragment
        def plain() -> str:
            st.session_state["a"] = 1
            return "returned"

        @session.fragment(run_every=60)
        def timed(value: int) -> None:
            st.session_state["b"] = value

        st.session_state["result"] = plain()
        timed(2)

    visitor = Visitor(body, store=store)
    assert store.get(visitor.sid) == {"a": 1, "b": 2, "result": "returned"}


def test_a_fragment_takes_what_streamlits_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All arguments of the installed release reach it, those of a release to come as well."""
    taken: list[dict[str, Any]] = []

    def fragment(func: Callable[[], None], **options: Any) -> Callable[[], None]:
        taken.append(options)
        return func

    theirs = {name: object() for name in inspect.signature(st.fragment).parameters if name != "func"}
    assert "run_every" in theirs
    monkeypatch.setattr(st, "fragment", fragment)
    UrlSession(None, None).fragment(**theirs, still_to_come=1)(lambda: None)
    assert taken == [{**theirs, "still_to_come": 1}]


@pytest.mark.parametrize(
    "given",
    [
        *({"scope": "window"}, {"on_duplicate": "clone"}, {"address_bar": "hidden"}, {"merge": {1: 2}}),
        *({"include": [1]}, {"keep_hidden": [1]}, {"drafts": [1]}, {"param": "a b"}),
        *({"ttl_seconds": "1"}, {"max_age_seconds": True}, {"live_seconds": float("nan")}),
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_wrong_argument_is_refused_although_the_session_is_off(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    """An app's own tests run without the session: they are to find what would fail in production."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    with pytest.raises(ConfigurationError, match=next(iter(given))):
        url_session(**given)


# --- clear, destroy, rotate ----------------------------------------------------------------------
def test_clear_empties_state_and_record(store: InMemorySessionStore) -> None:
    """The id stays."""
    visitor = Visitor(defaults(a=1, b=2), store=store)
    sid = visitor.sid
    visitor.run(lambda session: session.clear())
    assert visitor.state == {}
    assert store.get(sid) == {}
    assert visitor.run(nothing).session.id == sid
    assert visitor.reload(nothing).state == {}


def test_clear_spares_what_is_not_kept(store: InMemorySessionStore) -> None:
    """An excluded key is none of its business."""
    visitor = Visitor(defaults(a=1, mine=2), store=store, exclude=["mine"])
    visitor.run(lambda session: session.clear())
    assert visitor.state == {"mine": 2}


def test_what_is_set_after_clear_is_kept(store: InMemorySessionStore) -> None:
    """In the same run."""

    def body(session: UrlSession) -> None:
        session.clear()
        st.session_state["b"] = 2

    visitor = Visitor(defaults(a=1, b=1), store=store).run(body)
    assert visitor.reload(nothing).state == {"b": 2}


def test_destroy_ends_the_session(store: InMemorySessionStore) -> None:
    """The record is gone for good; the next run begins empty, under a new id."""
    visitor = Visitor(defaults(a=1), store=store)
    old = visitor.sid
    answers: list[bool] = []
    visitor.run(lambda session: answers.append(session.destroy()))
    assert answers == [True]
    assert store.get(old) is None
    visitor.run(nothing)
    assert visitor.state == {}
    assert is_well_formed(visitor.session.id)
    assert visitor.session.id != old
    assert visitor.session.is_new
    visitor.run(assign(b=2))
    assert store.get(old) is None
    assert store.get(visitor.session.id or "") == {"b": 2}


def test_the_rest_of_a_destroying_run_is_not_saved(store: InMemorySessionStore) -> None:
    """It still sees its state, but nothing of it comes into the new session."""

    def body(session: UrlSession) -> None:
        session.destroy()
        st.session_state["late"] = st.session_state["a"]

    visitor = Visitor(defaults(a=1), store=store).run(body)
    assert visitor.state == {"a": 1, "late": 1}
    assert visitor.run(nothing).state == {}
    assert store.get(visitor.session.id or "") is None


@pytest.mark.parametrize("use_with", [True, False])
def test_a_rerun_after_a_destroy_begins_empty_too(store: InMemorySessionStore, *, use_with: bool) -> None:
    """Whatever the run before it has set is of the session that has ended."""

    def body(session: UrlSession) -> None:
        st.session_state["visits"] = st.session_state.get("visits", 0) + 1
        if st.session_state["visits"] == 2:
            st.session_state["card"] = "4111"
            session.destroy()
            st.rerun()

    visitor = Visitor(body, store=store, use_with=use_with).run()
    assert visitor.state == {"visits": 1}
    assert visitor.reload(nothing).state == {"visits": 1}


def test_persist_is_false_where_another_tab_has_ended_the_session(store: InMemorySessionStore) -> None:
    """Its changes are not in the store, and never will be."""
    answers: list[bool] = []

    def body(session: UrlSession) -> None:
        st.session_state["a"] += 1
        answers.append(session.persist())

    one = Visitor(defaults(a=1), store=store)
    other = Visitor(nothing, query=dict(one.at.query_params), store=store)
    other.run(body)
    one.run(UrlSession.destroy)
    other.run(body)
    assert answers == [True, False]


def test_a_save_that_fails_is_no_save(store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever's fault it is: the app and the visitor are told, until a save has succeeded."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake")

    answers: list[bool] = []
    visitor = Visitor(defaults(a=1), store=store)
    with monkeypatch.context() as patch:
        patch.setattr(Persist, "_save", fail)
        visitor.run(lambda session: answers.append(session.persist()))
        assert visitor.session.status == "degraded"
    visitor.run(lambda session: answers.append(session.persist()))
    assert (answers, visitor.session.status) == ([False, True], "ready")


def test_a_destroyed_id_is_replaced_after_a_reload(store: InMemorySessionStore) -> None:
    """An old link leads to a new session."""
    visitor = Visitor(defaults(a=1), store=store)
    query = dict(visitor.at.query_params)
    visitor.run(lambda session: session.destroy())
    late = Visitor(nothing, query=query, store=store)
    assert late.session.is_new
    assert late.state == {}


def test_the_session_after_a_destroy_survives_a_reload(store: InMemorySessionStore) -> None:
    """AppTest's query follows to the new id."""
    visitor = Visitor(defaults(a=1), store=store)
    visitor.run(lambda session: session.destroy()).run(assign(b=2))
    assert visitor.reload(nothing).state == {"b": 2}


def test_rotate_keeps_the_data_under_a_new_id(store: InMemorySessionStore) -> None:
    """And what the rotating run changed is with the new id only."""
    visitor = Visitor(defaults(a=1), store=store)
    old = visitor.sid

    def body(session: UrlSession) -> None:
        if session.id == old:
            assert session.rotate()
            st.session_state["b"] = 2

    visitor.run(body)
    new = visitor.session.id
    assert is_well_formed(new)
    assert new != old
    assert store.get(new or "") == {"a": 1, "b": 2}
    assert store.get(old) in ({"a": 1}, None)
    assert visitor.run(nothing).state == {"a": 1, "b": 2}


def test_what_a_rotation_protects_is_never_under_the_old_id(store: InMemorySessionStore) -> None:
    """Somebody who knows the old id may open it until the browser has confirmed the new one."""
    visitor, under_the_old = Visitor(defaults(a=1), store=store), []
    old = visitor.sid

    def body(session: UrlSession) -> None:
        if session.id == old:
            st.session_state["admin"] = True
            st.session_state["a"] = 2
            assert session.rotate()
            under_the_old.append(store.get(old))

    visitor.run(body)
    assert under_the_old == [{"a": 1}]
    assert store.get(visitor.session.id or "") == {"a": 2, "admin": True}


def test_a_rotation_that_fails_leaves_id_and_links(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a new id makes the links of the old one useless."""
    visitor, done = Visitor(defaults(a=1), store=store), []
    old, links = visitor.sid, []
    visitor.run(lambda session: session.link(once=False))

    def fails(*_: object) -> bool:
        raise StoreUnavailable("no answer")

    def body(session: UrlSession) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(store, "copy", fails)
            done.append(session.rotate())
        links[:] = [link.is_open for link in session.links()]

    visitor.run(body)
    assert done == [False]
    assert visitor.session.id == old
    assert links == [True]


def test_one_of_two_rotations_in_a_run_fails(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id is new, so the browser is to hear of it at once: the block ends in a rerun."""
    visitor, done = Visitor(defaults(a=1), store=store), []
    old = visitor.sid

    def body(session: UrlSession) -> None:
        done.append(session.id == old and session.rotate())
        if done == [True]:
            with monkeypatch.context() as patched:
                patched.setattr(store, "copy", lambda *_: False)
                done.append(session.rotate())

    visitor.run(body)
    assert done == [True, False, False]  # the last is the rerun's


def test_the_rotated_session_survives_a_reload(store: InMemorySessionStore) -> None:
    """AppTest's query follows to the new id."""
    visitor = Visitor(defaults(a=1), store=store)
    old = visitor.sid
    visitor.run(lambda session: session.rotate() if session.id == old else None)
    visitor.run(assign(b=2))
    assert visitor.reload(nothing).state == {"a": 1, "b": 2}


# --- records made elsewhere ----------------------------------------------------------------------
def made_by_hand(store: InMemorySessionStore, **values: Any) -> dict[str, str]:
    """Begin a record as something else might; return the query that leads to it."""
    store.set("H" * 43, values)
    return {PARAM: "H" * 43}


def test_a_stored_click_does_not_click(store: InMemorySessionStore, caplog: pytest.LogCaptureFixture) -> None:
    """A record with True for a button: no error on the page, no phantom click, and the key is dropped."""
    clicks: list[bool] = []

    def body(_: UrlSession) -> None:
        clicks.append(st.button("Go", key="go"))
        st.text_input("Name", key="name")

    visitor = Visitor(body, query=made_by_hand(store, go=True, name="Ada"), store=store)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert "go" in visitor.session.skipped
    assert store.get("H" * 43) == {"name": "Ada"}
    visitor.run().run()
    assert not any(clicks)
    assert visitor.reload().session.restored == ("name",)
    assert "'go'" in caplog.text


def test_an_untouched_option_of_a_class_that_each_run_defines_anew(store: InMemorySessionStore) -> None:
    """It is nobody's choice: the default of now is shown, and nothing is held by reference or missed."""
    first = [0]

    def body(_: UrlSession) -> None:
        size = enum.Enum("size", ["SMALL", "LARGE"])
        st.selectbox("Size", size, index=first[0], key="size")
        st.multiselect("Sizes", list(size), default=[list(size)[first[0]]], key="sizes")

    visitor = Visitor(body, store=store).run().run()
    first[0] = 1
    visitor = visitor.reload()
    assert (visitor.session.restored, visitor.session.lost) == ((), ())
    assert visitor.state["size"].name == "LARGE"
    assert [size.name for size in visitor.state["sizes"]] == ["LARGE"]


def test_a_value_of_the_wrong_type_is_dropped(store: InMemorySessionStore) -> None:
    """A text for a date: the widget shows its own default, the others what was stored."""

    def body(_: UrlSession) -> None:
        st.text_input("Name", key="name")
        st.date_input("Day", dt.date(2024, 1, 1), key="day")

    visitor = Visitor(body, query=made_by_hand(store, day="2024-02-29", name="Ada"), store=store)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert visitor.at.date_input(key="day").value == dt.date(2024, 1, 1)
    assert "day" in visitor.session.skipped
    assert store.get("H" * 43) == {"name": "Ada"}


def test_several_bad_values_are_dropped_one_by_one(store: InMemorySessionStore) -> None:
    """Each costs one rerun, none costs the page."""

    def body(_: UrlSession) -> None:
        st.button("Go", key="go")
        st.date_input("Day", key="day")
        st.file_uploader("File", key="file")
        st.text_input("Name", key="name")

    query = made_by_hand(store, go=True, day="x", file=1, name="Ada")
    visitor = Visitor(body, query=query, store=store)
    assert visitor.at.text_input(key="name").value == "Ada"
    assert set(visitor.session.skipped) == {"go", "day", "file"}


def test_key_that_holds_something_else_now_is_not_skipped_any_more(store: InMemorySessionStore) -> None:
    """`skipped` tells how things are."""
    visitor = Visitor(assign(a=print, b=print), store=store)
    assert set(visitor.session.skipped) == {"a", "b"}
    visitor.run(assign(a=1))
    assert set(visitor.session.skipped) == {"b"}
    visitor.run(assign(a=print))
    assert set(visitor.session.skipped) == {"a", "b"}
    assert store.get(visitor.sid) == {}


@dataclasses.dataclass
class Basket:
    """A class that a page registers when it runs, after the call of `url_session`."""

    items: list[str]


@pytest.fixture
def own_catalogue(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A catalogue of registered classes for one test; calling it empties it, as a restart does."""
    monkeypatch.setattr(catalogue, "_by_name", {})
    monkeypatch.setattr(catalogue, "_by_class", weakref.WeakKeyDictionary())
    return lambda: (catalogue._by_name.clear(), catalogue._by_class.clear(), forget_tabs())[0]


@pytest.mark.parametrize("asks", [True, False])
def test_value_whose_class_is_registered_by_a_page_comes_back_after_a_restart(
    store: InMemorySessionStore, own_catalogue: Callable[[], None], asks: bool
) -> None:
    """Its default does not take its place, and the visitor sees it without another click."""
    runs: list[Any] = []

    def page(_: UrlSession) -> None:
        register(Basket, name="late.basket")
        if asks:
            st.session_state.setdefault("basket", Basket([]))
        runs.append(st.session_state.get("basket"))

    visitor = Visitor(page, store=store).run(assign(basket=Basket(["tea"])))
    own_catalogue()
    runs.clear()
    back = visitor.reload(page)
    assert runs == [Basket([]) if asks else None, Basket(["tea"])]
    assert back.session.restored == ("basket",)
    back.run(lambda _: st.session_state["basket"].items.append("milk"))
    assert store.get(visitor.sid) == {"basket": Basket(["tea", "milk"])}


def test_clearing_the_session_takes_along_what_could_not_be_read(
    store: InMemorySessionStore, own_catalogue: Callable[[], None]
) -> None:
    """Nothing of the record stays, whether this version of the app understands it or not."""
    register(Basket, name="cleared.basket")
    visitor = Visitor(assign(basket=Basket(["tea"]), a=1), store=store)
    own_catalogue()
    visitor.reload(lambda session: session.clear())
    record = store.load(visitor.sid)
    assert record is not None
    assert {key: stored.data for key, stored in record.fields.items()} == {"basket": None, "a": None}


def test_value_whose_class_is_never_registered_gives_way(
    store: InMemorySessionStore, own_catalogue: Callable[[], None]
) -> None:
    """What the app puts in its place is saved; if it puts nothing there, the record stays as it is."""
    register(Basket, name="lost.basket")
    visitor = Visitor(assign(basket=Basket(["tea"]), other=Basket(["tea"])), store=store)
    own_catalogue()
    back = visitor.reload(nothing).run(assign(basket=1)).run(nothing)
    assert back.state == {"basket": 1}
    assert list(back.session.skipped) == ["other"]
    assert "no class has the stored name" in back.session.skipped["other"]
    register(Basket, name="lost.basket")
    assert store.get(visitor.sid) == {"basket": 1, "other": Basket(["tea"])}


def test_an_error_of_the_apps_own_is_not_healed(store: InMemorySessionStore) -> None:
    """The app assigned it itself: Streamlit's message is for its author."""

    def body(_: UrlSession) -> None:
        st.session_state["go"] = True
        st.button("Go", key="go")

    visitor = Visitor(body, store=store, may_fail=True)
    assert len(visitor.at.exception) == 1
    assert "go" in visitor.at.exception[0].message


def test_keys_of_streamlits_own_in_a_record_are_ignored(store: InMemorySessionStore) -> None:
    """Whoever wrote them there."""
    query = made_by_hand(
        store, **{"__x": 1, "$$ID-a-b": 2, "FormSubmitter:f": True, "fluxlit_bridge": {}, "a": 1}
    )
    visitor = Visitor(nothing, query=query, store=store)
    assert visitor.state == {"a": 1}


# --- stores --------------------------------------------------------------------------------------
def test_any_object_with_three_methods_is_a_store() -> None:
    """State and widgets come back; deletions, destroy and rotate work."""
    store = DictStore()
    visitor = Visitor(form, store=store)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.reload()
    assert visitor.at.text_input(key="name").value == "Ada"
    visitor.run(assign(a=(1, 2)))
    visitor = visitor.reload(delete("a"))
    assert "a" not in visitor.reload(nothing).state
    old = visitor.session.id
    visitor.run(lambda session: session.rotate() if session.id == old else None)
    assert visitor.session.id != old
    visitor.run(lambda session: session.destroy())
    assert store.get(visitor.session.id or "") is None
    assert visitor.run(nothing).state == {}


@pytest.mark.parametrize("url", ["memory://", "sqlite:///{path}"])
def test_a_store_may_be_a_url(tmp_path: Path, url: str) -> None:
    """As an argument."""
    url = url.format(path=tmp_path / "by_url.db")
    assert Visitor(assign(a=1), store=url).reload(nothing).state == {"a": 1}
    assert (tmp_path / "by_url.db").exists() is url.startswith("sqlite")


def test_the_settings_name_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By URL, which beats the path of the default store."""
    monkeypatch.setenv("FLUXLIT_SESSION_STORE", f"sqlite:///{tmp_path / 'other.db'}")
    assert Visitor(assign(a=1)).reload(nothing).state == {"a": 1}
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "sessions.db").exists()


def test_the_default_store_is_in_the_named_file(tmp_path: Path) -> None:
    """One file, which another process can read."""
    visitor = Visitor(assign(a=1))
    store = SQLiteSessionStore(str(tmp_path / "sessions.db"))
    assert store.get(visitor.sid) == {"a": 1}
    store.close()


def test_a_store_that_is_down_does_not_stop_the_app() -> None:
    """Degraded, with the id kept; what changed meanwhile is saved when it is back."""
    store = SpyStore()
    visitor = Visitor(defaults(a=1), store=store)
    sid = visitor.sid
    store.is_down = True
    visitor.run(assign(a=2))
    assert visitor.session.status == "degraded"
    assert visitor.session.id == sid
    visitor.run(assign(b=3))
    store.is_down = False
    breaker_of(store).succeeded()  # a busy machine may have opened it for a while
    visitor.run(nothing)
    assert visitor.session.status == "ready"
    assert store.get(sid) == {"a": 2, "b": 3}


def test_what_was_said_before_a_late_record_came_is_merged_with_it() -> None:
    """Stored messages are not lost to those of an outage; where nothing merges, the loss is told.

    What appeared only meanwhile may be a default: there the stored value wins.
    """
    store, told = SpyStore(), []

    def chat(_: UrlSession) -> None:
        defaults(chat=["welcome"], hits=0, note="", mood="calm")(_)

    def say(_: UrlSession) -> None:
        chat(_)
        st.session_state["chat"].append("mine")
        st.session_state["hits"] += 1
        st.session_state["note"] = "mine"
        st.session_state["late"] = "mine"

    options: dict[str, Any] = {"merge": {"chat": append, "hits": counter}, "on_conflict": told.append}
    visitor = Visitor(
        assign(chat=["welcome", "stored"], hits=10, note="stored", mood="wild", late="stored"),
        store=store,
        **options,
    )
    store.is_down = True
    back = visitor.reload(chat).run(say)
    assert back.session.status == "degraded"
    store.is_down = False
    end = time.monotonic() + 60
    while back.run(chat).session.status != "ready":
        assert time.monotonic() < end, "the store is back and not asked"
    both = {
        "chat": ["welcome", "stored", "mine"],
        "hits": 11,
        "note": "mine",
        "mood": "wild",
        "late": "stored",
    }
    assert back.state == both
    assert store.get(visitor.sid) == both
    assert [event.keys for event in told] == [("note",)]


@pytest.mark.parametrize("kind", ["three methods", "versioned"])
def test_neither_log_nor_hook_has_the_id_that_a_store_quotes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """An HTTP client's error holds its URL; the traceback that debugging adds comes without that text."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    caplog.set_level(logging.DEBUG, logger="fluxlit_component")

    class Quoting(InMemorySessionStore):
        is_down = False

        def load(self, session_id: str) -> Any:
            if self.is_down:
                raise OSError(f"no route to http://kv/{session_id}")
            return super().load(session_id)

        get = load

        def commit(self, session_id: str, commit: Any) -> Any:
            self.load(session_id)
            return super().commit(session_id, commit)

    inner, told = Quoting(), []
    store = (
        inner if kind == "versioned" else SimpleNamespace(get=inner.get, set=inner.set, delete=inner.delete)
    )
    visitor = Visitor(assign(a=1), store=store, on_error=told.append)
    inner.is_down = True
    visitor.run(assign(a=2))
    visitor.reload(nothing)
    said = [logging.Formatter().format(r) for r in caplog.records]
    said += ["".join(traceback.format_exception(event.error)) for event in told]
    assert len(told) == 2
    assert "OSError" in "".join(said)
    assert "in load" in "".join(said)
    assert visitor.sid not in "".join(said)
    for event in told:
        assert visitor.sid not in str((event.error, event.error.__cause__, event.error.__context__))


def test_a_store_that_is_down_at_a_reload_costs_nothing() -> None:
    """No new id is minted while the store does not answer; the state comes back when it does."""
    store = SpyStore()
    visitor = Visitor(assign(a=1, c=1), store=store)
    sid = visitor.sid
    store.is_down = True
    visitor = visitor.reload(defaults(a="default"))
    assert visitor.session.status == "degraded"
    assert visitor.sid == sid
    assert visitor.state == {"a": "default"}
    visitor.run(assign(b=2))
    store.is_down = False
    while visitor.run(nothing).session.status != "ready":  # it is left alone for as long as it held a run
        time.sleep(0.01)
    assert visitor.session.id == sid
    assert visitor.state == {"a": 1, "b": 2, "c": 1}
    assert visitor.run(nothing).reload(nothing).state == {"a": 1, "b": 2, "c": 1}


# --- arguments -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"store": 42}, "store"),
        ({"store": object()}, "get, set and delete"),
        ({"store": "nowhere://x"}, "scheme"),
        ({"store": "sessions.db"}, "URL"),
        ({"address_bar": "hidden"}, "address_bar"),
        ({"param": "a b"}, "param"),
        ({"param": "a&b"}, "param"),
        ({"include": [1]}, "include"),
        ({"exclude": [None]}, "exclude"),
        ({"ttl_seconds": "60"}, "ttl_seconds"),
        ({"ttl_seconds": float("nan")}, "ttl_seconds"),
        ({"max_age_seconds": float("inf")}, "max_age_seconds"),
        ({"include": 5}, "include"),
        ({"keep_hidden": 5}, "keep_hidden"),
        ({"keep_hidden": [None]}, "keep_hidden"),
        ({"param": 5}, "param"),
        ({"ttl_seconds": 10**400}, "ttl_seconds"),
        ({"wait": "no"}, "wait"),
        ({"consent": "no"}, "consent"),
        ({"restore_scroll": "no"}, "restore_scroll"),
        ({"seal": "no"}, "seal"),
        ({"store": InMemorySessionStore}, "store"),
        ({"store": SimpleNamespace(get=1, set=print, delete=print)}, "store"),
        ({"caps": 5}, "Caps"),
        ({"caps": {"keys": 1}}, "Caps"),
        ({"merge": {5: append}}, "merge"),
        ({"merge": {"a": "append"}}, "merge"),
        ({"merge": ["a"]}, "merge"),
    ],
)
def test_a_wrong_argument_is_named(options: dict[str, Any], named: str) -> None:
    """The author reads which one and what it may be."""
    caught: list[Exception] = []

    def attempt(_: UrlSession) -> None:
        from fluxlit_component import url_session

        try:
            url_session(**{"param": "another", **options})
        except Exception as error:  # noqa: BLE001 - any other one is a failure
            caught.append(error)

    Visitor(attempt)
    assert [type(error) for error in caught] == [ConfigurationError]
    assert named in str(caught[0])


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the session is asked for."""
    monkeypatch.setenv("FLUXLIT_GATE_SECONDS", "soon")
    visitor = Visitor.__new__(Visitor)
    visitor.seen = {"body": nothing, "options": {}, "with": True}
    visitor.may_fail = True
    visitor.at = AppTest.from_function(app, default_timeout=30, args=(visitor.seen,)).run()
    assert "FLUXLIT_GATE_SECONDS" in visitor.at.exception[0].message


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


# --- pages ---------------------------------------------------------------------------------------

HOME = """
import streamlit as st
from fluxlit_component import url_session

with url_session(keep_hidden=True):
    st.text_input("Name", key="name")
"""
REPORT = """
import streamlit as st
from fluxlit_component import url_session

with url_session(keep_hidden=True):
    st.checkbox("Details", key="details")
    st.write(f"name is {st.session_state.get('name')}")
"""


@pytest.mark.usefixtures("no_navigation_yet")
def test_a_pages_folder_keeps_values_across_pages(tmp_path: Path) -> None:
    """Each page asks for it; a widget of the other page keeps its value, over a reload too."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "home.py").write_text(HOME, encoding="utf-8")
    (tmp_path / "pages" / "report.py").write_text(REPORT, encoding="utf-8")
    at = AppTest.from_file(str(tmp_path / "home.py"), default_timeout=30).run()
    at.text_input(key="name").set_value("Ada").run()
    at.switch_page("pages/report.py").run()
    assert not at.exception
    assert at.markdown[0].value == "name is Ada"
    at.checkbox(key="details").check().run()
    at.switch_page("home.py").run()
    assert at.text_input(key="name").value == "Ada"
    again = AppTest.from_file(str(tmp_path / "home.py"), default_timeout=30)
    again.query_params.update(at.query_params)
    assert again.run().text_input(key="name").value == "Ada"
    assert again.switch_page("pages/report.py").run().checkbox(key="details").value is True


# --- lifetimes and outages as the app sees them ---------------------------------------------------
def test_expires_in_tells_the_nearer_end(store: InMemorySessionStore) -> None:
    """Seconds to the idle or the absolute end, whichever comes first; None while there is no record."""
    told: list[float | None] = []
    look: Body = lambda session: told.append(session.expires_in)  # noqa: E731 - the script of the test
    visitor = Visitor(look, store=store, ttl_seconds=100, max_age_seconds=1000)
    assert told == [None]
    visitor.run(assign(a=1))
    assert 95 < (visitor.session.expires_in or 0) <= 100
    visitor.run(look)
    assert 95 < (told[-1] or 0) <= 100
    reloaded = visitor.reload(look)
    assert 95 < (reloaded.session.expires_in or 0) <= 100
    short = Visitor(assign(a=1), store=store, ttl_seconds=100, max_age_seconds=50)
    assert 45 < (short.session.expires_in or 0) <= 50
    endless = Visitor(assign(a=1), store=store, ttl_seconds=0, max_age_seconds=0)
    assert endless.session.expires_in is None


def test_expires_in_goes_by_the_clock_of_the_store() -> None:
    """A store whose clock is a day ahead of this machine's still has the whole lifetime left."""
    store = InMemorySessionStore(clock=lambda: time.time() + 86_400)
    visitor = Visitor(assign(a=1), store=store, ttl_seconds=100)
    assert 95 < (visitor.session.expires_in or 0) <= 100


def test_an_outage_is_told_once() -> None:
    """`on_error` gets the store's error at its beginning, not in each run; the next outage is told again."""
    store, told = SpyStore(), []
    visitor = Visitor(assign(a=1), store=store, on_error=told.append)
    assert told == []
    for outage in (1, 2):
        store.is_down = True
        for value in range(3):
            visitor.run(assign(a=f"{outage} {value}"))
        assert [event.kind for event in told] == ["error"] * outage
        assert isinstance(told[-1].error, StoreUnavailable)
        assert visitor.sid not in repr(told)
        store.is_down = False
        end = time.monotonic() + 60
        while visitor.run(nothing).session.status != "ready":
            assert time.monotonic() < end, "the store is back and not asked"
    assert store.get(visitor.sid) == {"a": "2 2"}


@pytest.mark.parametrize("hours", [-1, 1], ids=["back", "forward"])
def test_a_clock_that_jumps_costs_nothing(hours: int) -> None:
    """By an hour, with a day to live: the state stays, is saved, and comes back."""
    clock = TurnableClock()
    store = InMemorySessionStore(clock=clock)
    visitor = Visitor(assign(a=1), store=store)
    sid = visitor.sid
    clock.advance(hours * 3600)
    visitor.run(assign(b=2))
    clock.advance(-hours * 3600)
    visitor.run(assign(c=3))
    assert visitor.session.status == "ready"
    assert visitor.reload(nothing).state == {"a": 1, "b": 2, "c": 3}
    assert visitor.sid == sid
