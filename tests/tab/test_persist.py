"""What a run leaves in the record: plain values, and of the widgets on the page what somebody has chosen."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx
from streamlit.runtime.state import SessionState

from fluxlit_component import Caps, InMemorySessionStore, UrlSession
from fluxlit_component.internals import State
from fluxlit_component.tab.persist import Persist
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.testing import AppTestTab
from tests.visitor import PARAM, Body, Visitor, assign, nothing

pytestmark = pytest.mark.usefixtures("forced")

Open = Callable[..., AppTestTab]


@pytest.fixture
def store() -> InMemorySessionStore:
    """A store that a test can look into."""
    return InMemorySessionStore()


def named(default: str = "", *, key: str = "name") -> Body:
    """An app with a text input and its present default."""
    return lambda _: st.text_input("Name", default, key=key)


def kept(store: InMemorySessionStore, visitor: Visitor) -> dict[str, Any]:
    """What the record holds."""
    return store.get(visitor.sid) or {}


# --- choices ------------------------------------------------------------------------------------


def test_an_untouched_widget_follows_the_default_that_the_app_has_now(store: InMemorySessionStore) -> None:
    """It is in no record, whatever else is."""
    visitor = Visitor(lambda s: (named("old")(s), assign(a=1)(s)), store=store).run()
    assert kept(store, visitor) == {"a": 1}
    assert visitor.reload(named("new")).at.text_input(key="name").value == "new"


def test_a_change_is_a_choice_until_it_is_taken_back(store: InMemorySessionStore) -> None:
    """Changed back to the default the widget is untouched again."""
    visitor = Visitor(named("old"), store=store)
    visitor.at.text_input(key="name").set_value("mine").run()
    assert kept(store, visitor) == {"name": "mine"}
    visitor = visitor.reload(named("new"))
    assert visitor.at.text_input(key="name").value == "mine"
    visitor.at.text_input(key="name").set_value("new").run()
    assert kept(store, visitor) == {}
    assert visitor.reload(named("newest")).at.text_input(key="name").value == "newest"


def test_a_value_that_the_app_assigns_is_a_choice(store: InMemorySessionStore) -> None:
    """Even if it is the widget's default."""

    def body(_: UrlSession) -> None:
        st.session_state.setdefault("name", "")
        st.text_input("Name", key="name")

    visitor = Visitor(body, store=store).run()
    assert kept(store, visitor) == {"name": ""}
    visitor = visitor.reload(named()).run()
    assert visitor.reload(named("new")).at.text_input(key="name").value == ""


def test_a_value_that_a_callback_assigns_is_a_choice(store: InMemorySessionStore) -> None:
    """As a button "Reset" does."""

    def reset() -> None:
        st.session_state["name"] = ""

    def body(_: UrlSession) -> None:
        st.button("Reset", key="reset", on_click=reset)
        st.text_input("Name", key="name")

    visitor = Visitor(body, store=store)
    visitor.at.button(key="reset").click().run()
    assert kept(store, visitor) == {"name": ""}


def test_a_default_that_changes_while_the_page_stands_is_nobodys_choice(store: InMemorySessionStore) -> None:
    """Streamlit keeps what the widget shows, because its key gives it its identity; nobody has chosen it."""
    visitor = Visitor(named("old"), store=store)
    visitor.run(named("new")).run()
    assert kept(store, visitor) == {}


def test_a_form_that_empties_itself_comes_back_empty(store: InMemorySessionStore) -> None:
    """The browser tells that with its next message only: until then the server holds what was sent."""

    def body(_: UrlSession) -> None:
        with st.form("entry", clear_on_submit=True):
            st.text_input("Text", key="text")
            st.checkbox("Tick", key="tick")
            sent = st.form_submit_button("Send")
        if sent:
            st.session_state.setdefault("rows", []).append(st.session_state["text"])

    visitor = Visitor(body, store=store)
    visitor.at.text_input(key="text").set_value("first")
    visitor.at.checkbox(key="tick").check()
    visitor.at.button[0].click().run()
    assert kept(store, visitor) == {"rows": ["first"]}
    visitor = visitor.reload()
    assert visitor.at.text_input(key="text").value == ""
    assert visitor.at.checkbox(key="tick").value is False


def test_what_is_shown_after_clear_is_nobodys_choice_until_it_changes(store: InMemorySessionStore) -> None:
    """The browser goes on showing it; what is typed next counts."""
    visitor = Visitor(named(), store=store)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor.run(lambda s: (s.clear(), named()(s))).run(named())
    assert kept(store, visitor) == {}
    visitor.at.text_input(key="name").set_value("Grace").run()
    assert kept(store, visitor) == {"name": "Grace"}


# --- newest or nothing --------------------------------------------------------------------------


def test_a_choice_that_grew_over_its_cap_takes_its_older_version_along(store: InMemorySessionStore) -> None:
    """No stale text comes back beside fresh values."""
    visitor = Visitor(named(), store=store, caps=Caps(value_bytes=20))
    visitor.at.text_input(key="name").set_value("short").run()
    assert kept(store, visitor) == {"name": "short"}
    visitor.at.text_input(key="name").set_value("long" * 20).run()
    assert kept(store, visitor) == {}
    assert list(visitor.session.skipped) == ["name"]
    assert visitor.reload().at.text_input(key="name").value == ""


def test_a_refused_value_is_dropped_once(store: InMemorySessionStore) -> None:
    """What the visitor enters afterwards is kept like everything else."""
    store.set("H" * 43, {"number": "three"})
    body: Body = lambda _: st.number_input("Number", value=1, key="number")  # noqa: E731 - the app of the test
    visitor = Visitor(body, query={"fluxlit_sid": "H" * 43}, store=store)
    assert kept(store, visitor) == {}
    assert "refused" in visitor.session.skipped["number"]
    visitor.at.number_input(key="number").set_value(5).run()
    assert kept(store, visitor) == {"number": 5}
    assert visitor.session.skipped == {}
    assert visitor.reload().at.number_input(key="number").value == 5


# --- the page before F5 -------------------------------------------------------------------------


def test_a_page_load_finds_what_was_changed_without_a_run_of_ours(store: InMemorySessionStore) -> None:
    """A plain `st.fragment` saves nothing by itself; in one process the old tab is asked."""
    visitor = Visitor(assign(a=1, b=1), store=store)
    visitor.at.session_state["a"] = "changed in a fragment"
    del visitor.at.session_state["b"]
    assert kept(store, visitor) == {"a": 1, "b": 1}
    assert visitor.reload(nothing).state == {"a": "changed in a fragment"}


class Worker:
    """A thread of an app's own that has Streamlit's context, and changes the state when it is let go."""

    def __init__(self, *, save: bool) -> None:
        self.saved: bool | None = None
        self.go = threading.Event()
        self._save = save
        self._thread: threading.Thread | None = None

    def body(self, session: UrlSession) -> None:
        """The app: its first run begins the thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, args=(session,))
            add_script_run_ctx(self._thread)
            self._thread.start()

    def _work(self, session: UrlSession) -> None:
        assert self.go.wait(30)
        st.session_state["late"] = 1
        self.saved = session.persist() if self._save else None

    def end(self) -> None:
        """Let it change the state, and wait for its end."""
        self.go.set()
        assert self._thread is not None
        self._thread.join(30)


def test_a_thread_saves_what_it_changes_after_its_run(store: InMemorySessionStore) -> None:
    """`session.persist()` works there, and F5 brings it back."""
    worker = Worker(save=True)
    visitor = Visitor(worker.body, store=store)
    assert kept(store, visitor) == {}
    worker.end()
    assert worker.saved is True
    assert kept(store, visitor) == {"late": 1}
    assert visitor.reload(nothing).state == {"late": 1}


def test_what_a_thread_changes_after_its_run_is_saved_by_the_next_one(store: InMemorySessionStore) -> None:
    """At the latest: a page load of the same process finds it, too."""
    worker = Worker(save=False)
    visitor = Visitor(worker.body, store=store)
    worker.end()
    assert kept(store, visitor) == {}
    visitor.run()
    assert kept(store, visitor) == {"late": 1}
    worker = Worker(save=False)
    visitor = Visitor(worker.body, store=store)
    worker.end()
    assert visitor.reload(nothing).state == {"late": 1}


def test_a_thread_of_a_page_that_was_loaded_anew_saves_nothing(
    store: InMemorySessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its state is not what the visitor sees, and `persist()` does not say that it was saved."""
    worker = Worker(save=True)
    visitor = Visitor(worker.body, store=store)
    after = visitor.reload(assign(late=2))
    monkeypatch.setattr("fluxlit_component.tab.tab.is_connected", lambda _: False)
    worker.end()
    assert worker.saved is False
    assert kept(store, after) == {"late": 2}


def test_a_page_load_finds_what_an_app_without_a_block_has_changed(store: InMemorySessionStore) -> None:
    """Nothing was saved as its last run ended."""
    visitor = Visitor(lambda s: (assign(a=1)(s), named()(s)), store=store, use_with=False)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.reload(named())
    assert visitor.state == {"a": 1, "name": "Ada"}
    assert visitor.at.text_input(key="name").value == "Ada"


def after_the_block() -> None:
    """An app that draws a widget after its block."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session():
        st.text_input("Name", key="name")
    st.text_input("Note", key="note")


def test_a_page_load_finds_what_stands_after_the_block(url_session_apptest: Open) -> None:
    """The widget is drawn when the run was saved already."""
    tab = url_session_apptest(after_the_block)
    tab.at.text_input(key="note").set_value("typed").run()
    for _ in range(3):
        assert tab.reload().at.text_input(key="note").value == "typed"


def test_what_stands_after_the_block_is_saved_one_run_later(url_session_apptest: Open) -> None:
    """And stays: no run takes it out again while it is on the page, before F5 and after it."""
    tab = url_session_apptest(after_the_block)
    tab.at.text_input(key="note").set_value("typed").run()
    for _ in range(3):
        assert tab.run().stored == {"note": "typed"}
    tab.reload()
    for _ in range(3):
        assert tab.run().stored == {"note": "typed"}
    assert tab.at.text_input(key="note").value == "typed"


@pytest.mark.parametrize("connected", [False, True])
def test_a_page_that_was_loaded_anew_saves_nothing_any_more(
    monkeypatch: pytest.MonkeyPatch, store: InMemorySessionStore, connected: bool
) -> None:
    """Its run may still end late; a copied tab, whose browser is there, goes on saving."""
    monkeypatch.setattr(sys.modules["fluxlit_component.tab.tab"], "is_connected", lambda _: connected)
    tab, state = Tab("fluxlit_sid"), State(SessionState())
    tab.ids.sid, tab.standing.status, tab.known.hydrated = tab.ids.offer, "ready", True
    state.write({"late": 1})
    tab.superseded = True
    Persist(None, state, tab, store, Policy()).save(ended=True)
    assert tab.sid is not None
    assert store.get(tab.sid) == ({"late": 1} if connected else None)


def test_a_page_whose_browser_is_gone_gives_way_to_what_stands_in_the_store(
    monkeypatch: pytest.MonkeyPatch, store: InMemorySessionStore
) -> None:
    """Another replica may have the session by now."""
    visitor = Visitor(assign(a=1, b=1), store=store)
    monkeypatch.setattr(sys.modules["fluxlit_component.tab.others"], "others_with", lambda *_: [])
    visitor.reload(assign(a="newer"))
    monkeypatch.setattr(sys.modules["fluxlit_component.tab.tab"], "is_connected", lambda _: False)
    visitor.run(assign(a="late", c="new"))
    assert kept(store, visitor) == {"a": "newer", "b": 1, "c": "new"}


def test_a_field_that_takes_a_value_over_undoes_nothing_that_another_tab_has_typed(
    store: InMemorySessionStore,
) -> None:
    """The value here is that of before: only who has it is new."""

    def keeping(session: UrlSession) -> None:
        st.session_state.setdefault("name", "v1")
        st.session_state.name = st.session_state.name

    def showing(session: UrlSession) -> None:
        keeping(session)
        st.text_input("Name", key="name")

    first = Visitor(keeping, store=store)
    second = Visitor(showing, query={PARAM: first.sid}, store=store)
    second.at.text_input(key="name").set_value("v2").run()
    first.run(showing)
    assert kept(store, first) == {"name": "v2"}
    assert first.run(showing).state["name"] == "v2"


def test_a_field_of_before_a_restart_goes_and_leaves_what_the_app_had_set(url_session_apptest: Open) -> None:
    """As without the restart: under the field's value is the one that the app had assigned."""

    def app() -> None:
        import streamlit as st

        from fluxlit_component import url_session

        with url_session():
            st.session_state.setdefault("model", "plain")
            if st.checkbox("Show", key="show"):
                st.text_input("Model", key="model")
            st.write(f"model {st.session_state.get('model')}")

    tab = url_session_apptest(app).run()
    tab.at.checkbox(key="show").check()
    tab.run().at.text_input(key="model").set_value("mine")
    tab.run().restart_server()
    tab.at.checkbox(key="show").uncheck()
    assert [tab.run().at.markdown[0].value for _ in range(2)][1] == "model plain"
