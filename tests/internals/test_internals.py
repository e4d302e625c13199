"""Streamlit's insides on the installed release: everything that `internals` leans on is still there.

A failure here is not a bug of the app under test: a release has moved something. The package goes on
with less comfort until `fluxlit_component/internals` has learnt where it went.
"""

from __future__ import annotations

import ast
import datetime as dt
import gc
import inspect
import json
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import streamlit
from streamlit import config
from streamlit.elements.lib import policies
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.secrets import Secrets
from streamlit.runtime.state import SessionState
from streamlit.testing.v1 import AppTest

from fluxlit_component import internals
from fluxlit_component.bridge.transport import component_key
from fluxlit_component.internals import DATE, Reading, Run, State, process, session_state
from fluxlit_component.internals import widgets as internal_widgets
from fluxlit_component.state.keys import OWN_PREFIX

TRANSPORT = sys.modules["fluxlit_component.bridge.transport"]
SELECTS = "selection_default" in inspect.signature(streamlit.dataframe).parameters
"""Whether selections of a table can be set, from 1.56 on."""
SID = "S" * 43
SECONDS = 30
RELEASE = tuple(int(part) for part in streamlit.__version__.split(".")[:2])


def moved(what: str) -> str:
    """What to do when a test of this file fails."""
    return f"Streamlit {streamlit.__version__} moved {what}: look at fluxlit_component/internals"


@pytest.fixture
def fallbacks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time that a guarded function had to fall back, and why."""
    fallen: list[str] = []

    def note(error: Exception) -> None:
        trace = error.__traceback__
        assert trace
        fallen.append(f"{trace.tb_frame.f_code.co_name}: {error!r}")

    monkeypatch.setattr("fluxlit_component.internals.guard.fell_back", note)
    return fallen


@pytest.fixture
def seen() -> dict[str, Any]:
    """What a script under test reports: AppTest hands the very same dict to each of its runs."""
    return {}


def start(script: Callable[[dict], None], seen: dict[str, Any]) -> AppTest:
    """Run a script for the first time."""
    at = AppTest.from_function(script, default_timeout=SECONDS, args=(seen,)).run()
    assert not at.exception, at.exception
    return at


def rerun(at: AppTest) -> AppTest:
    """Run it again."""
    at.run()
    assert not at.exception, at.exception
    return at


# The scripts are run from their source alone: what they need they import, and their annotations are built in.

# --- a run and its session ----------------------------------------------------------------------


def identity(seen: dict) -> None:
    """A script that reports which run it is."""
    import streamlit as st

    from fluxlit_component.internals import current_run, is_connected

    run, again = current_run(), current_run()
    st.text_input("x")
    seen.setdefault("runs", []).append(run)
    seen.setdefault("anchors", []).append(run.anchor)
    seen.setdefault("tokens", []).append((run.token, again.token))
    seen["page"] = run.page
    seen["script_path"] = run.script_path
    seen["facts"] = (run.is_app_test, run.is_fragment, run.unresolved_page)
    seen["session"] = (run.session_id, is_connected(run.session_id))


def test_there_is_no_run_outside_of_one() -> None:
    """Bare Python: None, and no warning of Streamlit's on the way."""
    assert internals.current_run() is None


def test_the_anchor_lives_as_long_as_the_session(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The same object in every run of one visitor, another one for the next, gone with the session."""
    at = rerun(start(identity, seen))
    first, second = seen["anchors"]
    assert first is second, moved("the object that a Streamlit session has exactly one of")
    assert internals.anchor_in_app_test(at) is first, moved("the session state of AppTest")
    at.session_state["set by the test"] = 1
    found = internals.state_of(first, "")
    assert found is not None
    assert found.reading().values == {"set by the test": 1}, moved("the session state of an anchor")
    start(identity, seen)
    assert seen["anchors"][2] is not first
    reference = weakref.ref(first)
    assert reference() is first, moved("the weak references of the anchor")
    seen.clear()
    del first, second, at, found
    gc.collect()
    assert reference() is None, moved("the anchor's lifetime")
    assert fallbacks == []


def test_the_token_is_of_one_run(seen: dict[str, Any]) -> None:
    """The same throughout a run, another one in the next."""
    rerun(start(identity, seen))
    (first, again), (second, _) = seen["tokens"]
    assert first is again, moved("ctx.cursors")
    assert first is not second, moved("ctx.cursors")


def test_a_run_knows_what_it_is(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """AppTest, no fragment, a page, a script; nothing of that by falling back."""
    start(identity, seen)
    assert seen["facts"] == (True, False, ""), moved("the session id of AppTest")
    assert seen["session"][0], moved("ctx.session_id")
    assert seen["session"][1], "AppTest counts as a connected browser"
    assert seen["page"], moved("ctx.page_script_hash")
    assert Path(seen["script_path"]).is_file(), moved("ctx.main_script_path")
    assert fallbacks == [], moved(str(fallbacks))


def test_the_context_names_its_fragments(seen: dict[str, Any]) -> None:
    """Outside of a fragment there are none, but the attribute is there."""
    start(identity, seen)
    context = seen["runs"][0]._context
    assert hasattr(context, "fragment_ids_this_run"), moved("ctx.fragment_ids_this_run")
    assert Run(SimpleNamespace(fragment_ids_this_run=["id"])).is_fragment


def test_an_anchor_takes_weak_references() -> None:
    """With a browser it is the fragment storage, of which a Streamlit session has one."""
    context = SimpleNamespace(
        session_state=SimpleNamespace(), session_id="real", fragment_storage=MemoryFragmentStorage()
    )
    assert weakref.ref(Run(context).anchor)() is context.fragment_storage


@pytest.mark.usefixtures("no_navigation_yet")
def test_an_unresolved_page_is_recognised(fallbacks: list[str], tmp_path: Path) -> None:
    """A sub-page was asked for, and `st.navigation` has not said yet which ones there are."""
    manager = PagesManager(str(tmp_path / "app.py"), setup_watcher=False)
    run = Run(SimpleNamespace(pages_manager=manager))
    assert not run.unresolved_page
    manager.set_script_intent("", "report")
    assert run.unresolved_page, moved("PagesManager.intended_page_name")
    # What `st.navigation` does; the method went into another one by 1.67.
    manager.set_pages({}) if hasattr(manager, "set_pages") else setattr(manager, "_pages", {})
    assert not run.unresolved_page, moved("PagesManager._pages")
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.usefixtures("no_navigation_yet")
def test_a_pages_folder_resolves_the_page(fallbacks: list[str], tmp_path: Path) -> None:
    """Where the pages are files of a folder, all of them are known from the start."""
    (tmp_path / "pages").mkdir()
    manager = PagesManager(str(tmp_path / "app.py"), setup_watcher=False)
    manager.set_script_intent("", "report")
    assert not Run(SimpleNamespace(pages_manager=manager)).unresolved_page, moved("PagesManager")
    assert fallbacks == [], moved(str(fallbacks))


def navigation(seen: dict) -> None:
    """A script that reports what Streamlit knows of its pages before and after it has said them."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    def home() -> None:
        seen["page"] = current_run().page

    manager = current_run()._context.pages_manager
    manager.set_script_intent("", "report")
    seen["before"] = current_run().unresolved_page
    page = st.navigation(
        [st.Page(home, url_path="home", default=True), st.Page(lambda: None, url_path="report")]
    )
    seen["after"] = current_run().unresolved_page
    page.run()


def test_navigation_resolves_the_page(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Before `st.navigation` the page is open, after it is not."""
    start(navigation, seen)
    assert (seen["before"], seen["after"]) == ("report", ""), moved("PagesManager")
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.usefixtures("no_navigation_yet")
def test_the_next_app_finds_its_pages_folder(
    fallbacks: list[str], seen: dict[str, Any], tmp_path: Path
) -> None:
    """Whatever the app before it in this process has said of its own pages."""
    start(navigation, seen)
    process.forget_pages_of_process()
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "second.py").write_text("import streamlit as st\nst.write('The second')\n")
    (tmp_path / "main.py").write_text("import streamlit as st\nst.write('The first')\n")
    at = AppTest.from_file(str(tmp_path / "main.py"), default_timeout=30).run()
    at.switch_page("pages/second.py").run()
    assert [text.value for text in at.markdown] == ["The second"], moved("PagesManager")
    assert fallbacks == [], moved(str(fallbacks))


def places(seen: dict) -> None:
    """A script that reports where the visitor is, and which pages there are."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    def home() -> None:
        seen["paths"] = current_run().page_paths
        seen["url"] = current_run().url

    st.navigation(
        [
            st.Page(home, url_path="home", default=True),
            st.Page(lambda: None, url_path="report"),
            st.Page(lambda: None, url_path="settings"),
        ]
    ).run()


def test_the_addresses_of_pages_are_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The default page has an empty path; AppTest is nowhere, but asking raises nothing."""
    start(places, seen)
    assert sorted(seen["paths"].values()) == ["", "report", "settings"], moved("PagesManager.get_pages")
    assert isinstance(seen["url"], str)
    assert fallbacks == [], moved(str(fallbacks))


def query(seen: dict) -> None:
    """A script that reports and sets query parameters."""
    from fluxlit_component.internals import current_run

    run = current_run()
    seen["values"] = [run.query_value(name) for name in ("one", "two", "empty", "none")]
    run.set_query_value("set", "by us")


def test_the_query_is_read_and_set(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Exactly one value counts; AppTest sees what is set."""
    at = AppTest.from_function(query, default_timeout=SECONDS, args=(seen,))
    at.query_params.update(one="1&=", two=["1", "2"], empty="")
    at.run()
    assert not at.exception
    assert seen["values"] == ["1&=", None, "", None], moved("ctx.query_string")
    assert at.query_params["set"] in ("by us", ["by us"])
    assert fallbacks == [], moved(str(fallbacks))


# --- session state ------------------------------------------------------------------------------


def state(seen: dict) -> None:
    """A script that reads, writes and drops without `st.session_state`."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    state = current_run().state
    seen["at start"] = (state.reading().values, state.written_keys())
    state.write({"plain": 1, "name": "assigned"})
    st.session_state["theirs"] = 2
    seen["written"] = state.written_keys()
    st.text_input("Name", key="name")
    st.text_input("No key")
    seen["read"] = state.reading()
    try:
        state.write({"name": "too late"})
    except st.errors.StreamlitAPIException as error:
        seen["too late"] = error
    state.drop(["plain", "never there"])
    seen["left"] = set(state.reading().values)


def test_state_is_read_and_written_behind_streamlits_back(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Plain and user-keyed values and nothing else; a drawn widget refuses; a missing key does not matter."""
    at = start(state, seen)
    assert seen["at start"] == ({}, frozenset())
    assert seen["written"] == {"plain", "name", "theirs"}, moved("SessionState._new_session_state")
    read = seen["read"]
    values, widgets, plain = read.values, read.widgets, read.plain
    assert values == {"plain": 1, "name": "assigned", "theirs": 2}, moved("filtered_state")
    assert set(widgets) == {"name"}
    assert plain == values, "what was assigned to a widget's key stands under the plain name, too"
    assert "name" in str(seen["too late"]), moved("the refusal of a drawn widget's key")
    assert seen["left"] == {"name", "theirs"}
    assert at.session_state["name"] == "assigned"
    assert fallbacks == [], moved(str(fallbacks))


def everywhere(seen: dict) -> None:
    """A script that compares its readings with Streamlit's own, at several moments of a busy run."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    state = current_run().state

    def compare(moment: str) -> None:
        theirs = {k: v for k, v in st.session_state.to_dict().items() if not k.startswith("$$")}
        seen.setdefault("pairs", []).append((moment, state.reading(), theirs, state.widget_keys()))

    number = seen["number"] = seen.get("number", 0) + 1
    compare("at the start")
    state.write({"put back": number, "hidden later": "put back"})
    compare("after a write")
    st.session_state.setdefault("mine", []).append(number)
    if number % 2:
        st.text_input("Hidden later", key="hidden later")
    st.slider("Number", key="number")
    st.button("Button", key="button")
    st.text_input("No key")
    compare("in the middle")
    if number == 3:
        del st.session_state["mine"]
    if number > 1:
        st.multiselect("Several", [1, 2, 3], default=[1], key="several")
    with st.form("form"):
        st.checkbox("In a form", key="checked")
        st.form_submit_button("Send")
    compare("at the end")


def test_reading_gives_what_streamlit_gives(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The short ways to the values and names know the same keys as `st.session_state`, at any moment."""
    at = start(everywhere, seen)
    at.slider(key="number").set_value(7).run()
    at.button(key="button").click().run()
    at.multiselect(key="several").set_value([2, 3]).run()
    at.checkbox(key="checked").check().run()
    at.session_state["set by the test"] = {"deep": [1]}
    rerun(at)
    assert len(seen["pairs"]) == 24
    for moment, mine, theirs, widgets in seen["pairs"]:
        assert mine.values == theirs, moved(f"what session state is made of ({moment})")
        assert mine.widgets.keys() == widgets
        assert mine.values.keys() == mine.widgets.keys() | mine.plain.keys()
    assert fallbacks == [], moved(str(fallbacks))


def taken(seen: dict) -> None:
    """A script that looks at its plain values."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    st.session_state.setdefault("list", [1])
    seen["old"] = current_run().state.reading().plain
    st.session_state["new"] = 2
    st.text_input("Name", key="name")
    seen["old and new"] = current_run().state.reading().plain
    seen["same object"] = seen["old"]["list"] is st.session_state["list"]


def test_plain_values_are_read_by_name(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Set in this run or in one before; the very objects, as `st.session_state` gives them; no widget's."""
    rerun(start(taken, seen))
    assert seen["old"] == {"list": [1], "new": 2}, moved("SessionState._old_state")
    assert seen["old and new"] == {"list": [1], "new": 2}, moved("SessionState._new_session_state")
    assert seen["same object"]
    assert fallbacks == [], moved(str(fallbacks))


def laid(seen: dict) -> None:
    """A script that sets a default when the key of a widget is missing, as many apps do."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    current_run().state.lay_under({"name": "stored", "other": "stored"})
    for key in ("name", "other"):
        if key not in st.session_state:
            st.session_state[key] = "default"
    seen["other"] = st.session_state["other"]
    seen["name"] = st.text_input("Name", key="name")


def test_a_value_laid_under_is_hidden_by_anything_newer(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """An app's default does not overwrite it, the visitor's typing does."""
    at = start(laid, seen)
    assert (seen["name"], seen["other"]) == ("stored", "stored"), moved("SessionState._old_state")
    at.text_input(key="name").set_value("typed").run()
    assert seen["name"] == "typed", moved("SessionState._old_state")
    assert fallbacks == [], moved(str(fallbacks))


def carried(seen: dict) -> None:
    """A script whose widget takes over what its first run is told to carry on."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    seen["accepted"] = run.state.accepted_keys()
    if not seen.get("after"):
        run.state.carry_on("name", "kept")
        run.state.note_carried(["name"])
        seen["written"] = run.state.written_keys()
    if not seen.get("hide"):
        seen["name"] = st.text_input("Name", "default", key="name")
    run.state.settle(["name"], run.drawn_keys())
    seen["after"] = run.state.reading()


def test_a_widgets_value_is_carried_on(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The widget shows it and owns it from then on: it ends with its widget, as any other of its values."""
    at = start(carried, seen)
    assert seen["name"] == "kept"
    assert at.text_input(key="name").value == "kept", moved("SessionState._old_state")
    at.text_input(key="name").set_value("typed").run()
    assert seen["accepted"] == {"name"}, moved("SessionState._key_id_mapper or ._new_widget_state")
    at.text_input(key="name").set_value("kept").run()
    assert seen["written"] == (frozenset() if session_state._adopts_old_values() else {"name"})
    rerun(at)
    assert seen["name"] == "kept"
    assert seen["after"].plain == {}, moved("the ids of widgets in SessionState._old_state")
    seen["hide"] = True
    rerun(at)
    rerun(at)
    assert "name" not in seen["after"].values, moved("the sweep of widgets that were not drawn")
    assert fallbacks == [], moved(str(fallbacks))


def covered(seen: dict) -> None:
    """A script whose widget takes over a value, under which another one is to be."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    if not seen.get("under"):
        run.state.carry_on("name", "kept")
        run.state.note_carried(["name"])
    if not seen.get("hide"):
        seen["name"] = st.text_input("Name", "default", key="name")
        run.state.settle(["name"], run.drawn_keys(), {"name": "set"})
    seen["under"] = run.state.values_under(["name", "never there"])
    seen["values"] = run.state.reading().values
    getattr(run.state, seen.get("then", "widget_keys"))(*seen.get("with", ()))
    seen["in the end"] = run.state.values_under(["name"])


@pytest.mark.parametrize("then", ["drop", "forget"])
def test_what_is_under_a_widgets_value_is_there_without_the_widget(
    fallbacks: list[str], seen: dict[str, Any], then: str
) -> None:
    """As Streamlit has it for a key that was assigned in a run before its widget was drawn."""
    at = start(covered, seen)
    assert (seen["name"], seen["under"]) == ("kept", {"name": "set"}), moved("SessionState._old_state")
    rerun(at)
    assert (seen["name"], seen["under"]) == ("kept", {"name": "set"}), moved("SessionState._old_state")
    seen["hide"] = True
    rerun(at)
    rerun(at)
    assert seen["values"]["name"] == "set", moved("the sweep of widgets that were not drawn")
    seen.update({"then": then, "with": (["name", "never there"], {"name": "again"})})
    rerun(at)
    assert seen["in the end"] == {"name": "again"}
    seen["with"] = (["name"],)
    rerun(at)
    assert seen["in the end"] == {}
    assert fallbacks == [], moved(str(fallbacks))


def told_again(seen: dict) -> None:
    """A script that has its widget tell the browser what it holds."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    run.state.tell_again(["name", "never there"])
    seen["told"] = run.state.reading().plain
    seen["name"] = st.text_input("Name", key="name")
    run.state.settle(["name"], run.drawn_keys())
    seen["after"] = run.state.reading().plain


def test_a_widgets_own_value_is_told_again(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """What it holds stands under its plain name until it is drawn; then it is the widget's alone again."""
    at = start(told_again, seen)
    assert seen["told"] == {}
    at.text_input(key="name").set_value("typed").run()
    rerun(at)
    assert seen["told"] == {"name": "typed"}, moved("the ids of widgets in SessionState._old_state")
    assert (seen["name"], seen["after"]) == ("typed", {})
    assert fallbacks == [], moved(str(fallbacks))


def test_a_stored_click_is_not_carried_on(seen: dict[str, Any]) -> None:
    """It is assigned, which Streamlit refuses when the button is drawn; carried on it would be a click."""
    state = State(SessionState())
    state.carry_on("go", True)
    assert state.written_keys() == {"go"}


def test_what_the_app_assigns_is_told_from_what_is_carried_on() -> None:
    """Also if it assigns a key that was carried on, and also what is no widget's."""
    state = State(inside := SessionState())
    for key in ("kept", "again"):
        state.carry_on(key, True)
    state.note_carried(["kept", "again"])
    assert state.assigned_keys() == frozenset()
    inside["again"] = inside["new"] = False
    assert state.keys_of_widgets() == frozenset()
    assert (state.written_keys(), state.assigned_keys()) == ({"kept", "again", "new"}, {"again", "new"})
    inside._compact_state()
    assert (state.assigned_keys(), state.assigned_before()) == (frozenset(), {"again", "new"})


def test_nothing_newer_is_overwritten_by_what_is_carried_on() -> None:
    """What this run has assigned already is assigned anew: the last word counts."""
    state = State(SessionState())
    state.write({"name": "assigned"})
    state.carry_on("name", "kept")
    assert state.reading().values == {"name": "kept"}
    assert state.written_keys() == {"name"}


def test_the_newest_streamlit_adopts_what_is_carried_on() -> None:
    """Then no value has to be assigned, the app sees none in `on_change`, and Streamlit logs no warning.

    Older releases show the browser a widget's default all the same: there the value is assigned.
    """
    if RELEASE >= (1, 60):
        assert session_state._adopts_old_values(), moved("what a widget takes over from _old_state")
    if RELEASE < (1, 52):
        assert not session_state._adopts_old_values()


def forgetful(seen: dict) -> None:
    """A script with a plain value, one of an earlier run, and one that a widget owns."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    state = current_run().state
    if "forget" in seen:
        state.forget(["old", "name", "never there"])
    number = seen.get("number", 1)
    st.session_state.setdefault("old", number)
    st.session_state.setdefault("other", number)
    st.session_state["new"] = number
    st.text_input("Name", key="name")
    seen["values"] = state.reading().values
    if "forget" in seen:
        state.forget(["new"])
        seen["written in this run"] = state.reading().values


def test_a_plain_name_is_forgotten(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """What stands there from earlier runs; not what this run has written, and not what a widget owns."""
    at = start(forgetful, seen)
    at.text_input(key="name").set_value("typed").run()
    seen.update(forget=True, number=2)
    rerun(at)
    assert seen["values"] == {"old": 2, "other": 1, "new": 2, "name": "typed"}, moved("_old_state")
    assert seen["written in this run"]["new"] == 2
    assert fallbacks == [], moved(str(fallbacks))


def itself(seen: dict) -> None:
    """A script that begins its second run itself."""
    import streamlit as st

    from fluxlit_component.internals import current_run, is_rerun

    seen.setdefault("by itself", []).append(current_run().state.began_by_itself())
    if len(seen["by itself"]) == 2:
        try:
            st.rerun()
        except BaseException as error:
            seen["reruns"] = is_rerun(error)
            raise
    try:
        st.stop()
    except BaseException as error:
        seen["stops"] = is_rerun(error)
        raise


def test_a_run_knows_whether_it_was_begun_by_st_rerun(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Then what the one before has set counts as written in this one, and nothing was swept away."""
    rerun(rerun(start(itself, seen)))
    assert seen["by itself"] == [False, False, True, False], moved("SCRIPT_RUN_WITHOUT_ERRORS_KEY")
    assert (seen["reruns"], seen["stops"]) == (True, False), moved("RerunException")
    assert not internals.is_rerun(None)
    assert fallbacks == [], moved(str(fallbacks))


def callback(seen: dict) -> None:
    """A script whose callback sets a key before the script runs."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    def changed() -> None:
        st.session_state["from callback"] = 1

    seen["written"] = current_run().state.written_keys()
    st.text_input("Name", key="name", on_change=changed)


def test_a_callback_counts_as_written(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """What a callback set is not to be overwritten by what is put back."""
    at = start(callback, seen)
    at.text_input(key="name").set_value("x").run()
    assert "from callback" in seen["written"], moved("SessionState._new_session_state")
    assert fallbacks == [], moved(str(fallbacks))


# --- widgets ------------------------------------------------------------------------------------


def widgets(seen: dict) -> None:
    """A script with widgets of several kinds, one of which can be hidden."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    state = run.state
    seen["at start"] = (state.widget_keys(), run.drawn_keys(), state.sent_keys())
    if not seen.get("hide"):
        st.text_input("Name", "nobody", key="name")
    st.button("Go", key="go")
    st.number_input("Number", value=3, key="a-b-c")
    st.multiselect("Several", ["x", "y"], default=["y"], key="several")
    st.checkbox("Check")
    widgets = seen["widgets"] = state.reading().widgets
    seen["kinds"] = {key: widget.kind for key, widget in widgets.items()}
    seen["drawn"], seen["carried"] = run.drawn_keys(), run.carried(widgets)
    seen["registered"] = state.registered_keys()


def test_widgets_are_known_by_key_and_kind(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """A text input keeps a string, a button a trigger; one without a key does not take part."""
    start(widgets, seen)
    assert seen["at start"] == (frozenset(), frozenset(), frozenset())
    kinds = {
        "name": "string_value",
        "go": "trigger_value",
        "a-b-c": "double_value",
        "several": seen["kinds"]["several"],
    }
    assert seen["kinds"] == kinds, moved("widget_metadata or _key_id_mapper of SessionState")
    assert seen["drawn"] == kinds.keys(), moved("widget_ids_this_run")
    assert seen["registered"] == kinds.keys(), moved("widget_metadata or _key_id_mapper of SessionState")
    assert fallbacks == [], moved(str(fallbacks))


def test_a_widget_knows_its_default(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Whatever the visitor has made of it since."""
    at = start(widgets, seen)
    at.text_input(key="name").set_value("Ada")
    at.multiselect(key="several").set_value([]).run()
    defaults = {key: widget.default for key, widget in seen["widgets"].items()}
    assert defaults == {"name": "nobody", "go": False, "a-b-c": 3, "several": ["y"]}, moved(
        "the deserializer of a widget's metadata"
    )
    for widget in seen["widgets"].values():
        assert widget.metadata.id == widget.element, moved("WidgetMetadata")
        assert not widget.is_kept_by_streamlit
    assert fallbacks == [], moved(str(fallbacks))


def persisting(seen: dict) -> None:
    """A script with a widget that Streamlit itself keeps while it is away."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    if not seen.get("hide"):
        st.text_input("Name", key="name", persist_state="session")
    run = current_run()
    seen["widgets"] = run.state.reading().widgets
    seen["carried"] = run.carried(seen["widgets"])


def test_what_streamlit_keeps_by_itself_is_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """`persist_state=` of newer releases."""
    if "persist_state" not in inspect.signature(streamlit.text_input).parameters:
        pytest.skip(f"Streamlit {streamlit.__version__} has no persist_state=")
    at = start(persisting, seen)
    at.text_input(key="name").set_value("Ada").run()
    assert seen["widgets"]["name"].is_kept_by_streamlit, moved("WidgetMetadata.persist_state")
    seen["hide"] = True
    rerun(at)
    assert seen["carried"] == {"name"}
    assert fallbacks == [], moved(str(fallbacks))


def test_what_the_browser_sent_is_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Before anything is drawn: the keys of the page's widgets, and nothing drawn so far."""
    at = start(widgets, seen)
    at.text_input(key="name").set_value("typed").run()
    live, drawn, sent = seen["at start"]
    assert {"name", "a-b-c", "several"} <= sent <= {"name", "a-b-c", "several", "go", "None"}, moved(
        "the form $$ID-<hash>-<key>"
    )
    assert {"name", "a-b-c"} <= live
    assert drawn == frozenset()
    assert fallbacks == [], moved(str(fallbacks))


def test_a_hidden_widget_is_not_carried_on(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Not drawn in a run, so it has no value of its own in the next; until then it is there."""
    at = start(widgets, seen)
    assert seen["carried"] == {"name", "go", "a-b-c", "several"}
    seen["hide"] = True
    rerun(at)
    assert "name" in seen["widgets"]
    assert seen["carried"] == {"go", "a-b-c", "several"}, moved("_is_stale_widget")
    rerun(at)
    assert "name" not in seen["at start"][0], moved("the sweep of widgets that were not drawn")
    assert "name" not in seen["widgets"]
    assert seen["drawn"] == {"go", "a-b-c", "several"}
    assert fallbacks == [], moved(str(fallbacks))


BUTTON = "FormSubmitter:cleared-Send"
"""Streamlit's own name, which takes no part."""


def forms(seen: dict) -> None:
    """A script with a form that is emptied when it is sent, and one that is not."""
    import streamlit as st

    from fluxlit_component.internals import current_run
    from fluxlit_component.internals.widgets import user_key

    run = current_run()
    run.read_along(lambda: False)
    st.text_input("Outside", key="outside")
    with st.form("cleared", clear_on_submit=True):
        st.text_input("Name", key="name")
        st.checkbox("No key")
        with st.container():
            st.slider("Deep", key="deep")
        st.form_submit_button("Send")
    with st.form("kept"):
        st.text_input("Note", key="note")
        st.form_submit_button("Send")
    seen["cleared"] = {user_key(element) for element in run.cleared_elements()} - {None}


def test_widgets_in_forms_that_empty_themselves_are_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """From the messages that draw them, in each run."""
    at = start(forms, seen)
    assert seen["cleared"] == {"name", "deep", BUTTON}, moved("the messages of forms and of what is in them")
    seen.clear()
    rerun(at)
    assert seen["cleared"] == {"name", "deep", BUTTON}
    assert fallbacks == [], moved(str(fallbacks))


def failing(seen: dict) -> None:
    """A script that shows an error which it has caught, and fails with another one, perhaps in a fragment."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    def told() -> bool:
        seen["told"] = seen.get("told", 0) + 1
        st.text("beside it")
        return True

    current_run().read_along(told)
    try:
        st.text(1 // 0)
    except ZeroDivisionError as error:
        st.exception(error)
    fail = lambda: st.text(seen["not there"])  # noqa: E731
    st.fragment(fail)() if seen["in_fragment"] else fail()


@pytest.mark.parametrize("in_fragment", [False, True])
def test_a_script_that_fails_is_known_before_its_error_is_drawn(
    fallbacks: list[str], seen: dict[str, Any], *, in_fragment: bool
) -> None:
    """Not an error that the app has caught, nor one in a fragment: that is drawn while the script runs."""
    seen["in_fragment"] = in_fragment
    at = AppTest.from_function(failing, default_timeout=SECONDS, args=(seen,)).run()
    assert [error.message for error in at.exception] == ["integer division or modulo by zero", "'not there'"]
    assert seen.get("told", 0) == (not in_fragment), moved("the function that catches what leaves a script")
    kinds_drawn = [element.type for element in at.main][-2:]
    assert in_fragment or kinds_drawn == ["text", "exception"], moved("where the error is drawn")
    assert fallbacks == [], moved(str(fallbacks))


def uploads(seen: dict) -> None:
    """A script whose uploaders show a file, one that the server has no more, or none."""
    import streamlit as st
    from streamlit.proto.Common_pb2 import FileURLs
    from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

    from fluxlit_component.internals import current_run
    from fluxlit_component.internals.widgets import user_key

    run = current_run()
    run.read_along(lambda: False)
    st.file_uploader("One", key="one")
    st.file_uploader("Many", accept_multiple_files=True, key="many")
    st.camera_input("Camera", key="camera")
    st.text_input("Text", key="text")
    with st.form("cleared", clear_on_submit=True):
        st.file_uploader("In a form", key="form")
        st.form_submit_button("Send")
    seen["empty"] = {user_key(element): files for element, files in run.uploaders().items()}
    there = seen["there"] = UploadedFile(UploadedFileRec("there", "a", "b", b"x"), FileURLs())
    values = {"one": there, "many": [DeletedFile("gone"), there], "form": there}
    widgets = run.state._state._new_widget_state
    for element in widgets.widget_metadata:
        if (key := user_key(element)) in values:
            widgets.set_from_value(element, values[key])
    seen["shown"] = {user_key(element): files for element, files in run.uploaders().items()}


def test_uploaders_are_known_by_their_files(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Those on the page, but not in a form that empties itself; and which files the server still has."""
    start(uploads, seen)
    assert seen["empty"] == {"one": {}, "many": {}, "camera": {}}, moved("the value type of uploads")
    there = seen["there"]
    expected = {"one": {"there": there}, "many": {"gone": None, "there": there}, "camera": {}}
    assert seen["shown"] == expected, moved("UploadedFile, or DeletedFile")
    assert all(files.get("there", there) is there for files in seen["shown"].values()), moved("it is a copy")
    assert fallbacks == [], moved(str(fallbacks))


def kinds(seen: dict) -> None:
    """A script with one widget of each kind that must not be kept, and some that may."""
    import pandas as pd
    import streamlit as st

    from fluxlit_component.internals import current_run
    from fluxlit_component.state.keys import Keys, forbidden_reason

    frame = pd.DataFrame({"a": [1]})
    st.button("b", key="button")
    st.download_button("d", "x", key="download")
    st.file_uploader("f", key="upload")
    st.camera_input("c", key="camera")
    st.audio_input("a", key="audio")
    st.chat_input("c", key="chat")
    st.data_editor(frame, key="editor")
    st.dataframe(frame, key="selection", on_select="rerun")
    with st.form("form"):
        st.text_input("t", key="in form")
        st.form_submit_button("Send")
    st.toggle("t", key="toggle")
    st.radio("r", ["x", "y"], key="radio")
    st.selectbox("s", [{"selected": 1}], key="select")
    st.multiselect("m", ["x"], key="multi")
    st.slider("s", key="slider")
    st.select_slider("s", ["x", "y"], key="select slider")
    st.text_area("t", key="area")
    st.date_input("d", key="date")
    st.time_input("t", key="time")
    st.color_picker("c", key="colour")
    st.pills("p", ["x"], key="pills")
    st.feedback(key="feedback")
    state = current_run().state
    values = state.reading().values  # noqa: PD011 - no pandas
    widgets = state.reading().widgets
    for key in Keys().sift(widgets):
        seen[key] = forbidden_reason(values[key], widgets[key].kind)


def test_forbidden_widgets_are_recognised(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Real widgets, real kinds: those that crash the page when they are set, and none of the others."""
    start(kinds, seen)
    forbidden = {"button", "download", "upload", "camera", "audio", "chat", "editor", "selection"}
    if SELECTS:
        forbidden -= {"selection"}
        assert not seen.pop("selection"), moved("DataframeSelectionSerde")
    others = {
        *("in form", "toggle", "radio", "select", "multi", "slider", "select slider", "area"),
        *("date", "time", "colour", "pills", "feedback"),
    }
    assert {key for key, reason in seen.items() if reason} == forbidden, moved("a value type; see keys.py")
    assert {key for key, reason in seen.items() if not reason} == others, moved("a value type; see keys.py")
    assert "editor" in seen["editor"]
    assert SELECTS or "selection" in seen["selection"]
    assert fallbacks == [], moved(str(fallbacks))


def stopped(seen: dict) -> None:
    """A script that stops, and draws on its way out."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    try:
        st.stop()
    except BaseException as error:
        with current_run().uninterrupted():
            st.write("drawn")
        try:
            st.write("not drawn")
        except BaseException as again:  # noqa: BLE001 - the same one
            seen["again"] = type(again) is type(error)
        raise


def test_a_run_that_was_told_to_stop_can_draw(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The bridge on the way out of the block; then the run ends as it was told to."""
    at = start(stopped, seen)
    assert [each.value for each in at.markdown] == ["drawn"], moved("ScriptRunner._execing")
    assert seen["again"], moved("ScriptRunner._execing")
    assert fallbacks == [], moved(str(fallbacks))


def dated(seen: dict) -> None:
    """A date without a default of the app's, which Streamlit takes from session state."""
    import enum

    import streamlit as st

    from fluxlit_component.internals import current_run

    st.date_input("d", key="date")
    date = current_run().state.reading().widgets["date"]
    seen["kind"], seen["default"] = date.kind, date.default

    def option(number: int) -> object:
        return enum.Enum("size", ["SMALL", "LARGE"])(number)

    st.selectbox("s", [option(1), option(2)], key="size")
    size = current_run().state.reading().widgets["size"]
    seen["shown"] = [size.shows_default(option(number)) for number in (1, 2)]


def test_the_default_of_a_date_is_its_value(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """So it does not tell whether the visitor has chosen it: `DATE` says that."""
    at = start(dated, seen)
    chosen = dt.date(2024, 2, 29)
    at.date_input(key="date").set_value(chosen).run()
    assert (seen["kind"], seen["default"]) == (DATE, chosen), moved("DateInputSerde")
    assert seen["shown"] == [True, False]
    assert fallbacks == [], moved(str(fallbacks))


def selections(seen: dict) -> None:
    """A script with a table whose selection was carried on, and another one that the app has set."""
    import pandas as pd
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    run.read_along(lambda: False)
    frame = pd.DataFrame({"a": [1, 2]})
    if "table" not in st.session_state:
        run.state.carry_on("table", {"selection": {"rows": [1, 2], "columns": ["a", "b"], "cells": []}})
        st.session_state.app = {"selection": {"rows": [0, 2]}}
    run.narrow_selections({"table"})
    seen["before"] = st.session_state.table
    mode = ["multi-row", "multi-column"]
    seen["event"] = st.dataframe(frame, key="table", on_select="rerun", selection_mode=mode)
    st.dataframe(frame, key="app", on_select="rerun", selection_mode=mode)
    seen["after"], seen["app"] = st.session_state.table, st.session_state.app
    run.state.settle(["table"], run.drawn_keys())
    seen["read"] = run.state.reading().values  # noqa: PD011 - no pandas
    seen["widgets"] = run.state.reading().widgets


@pytest.mark.skipif(not SELECTS, reason="before 1.56 nobody can set a selection")
def test_selections_are_streamlits_own_and_lose_rows_that_are_gone(
    fallbacks: list[str], seen: dict[str, Any]
) -> None:
    """In the table's event and in session state; what the app has set stays as it is without us."""
    at = start(selections, seen)
    assert seen["before"].selection.rows == [1, 2]
    assert type(internals.plain_selection(seen["before"])) is dict
    left = {"selection": {"rows": [1], "columns": ["a"], "cells": []}}
    assert seen["event"] == seen["after"] == left, moved("selection_state of the table's message")
    assert type(seen["before"]) is type(seen["after"])
    assert seen["app"] == {"selection": {"rows": [0, 2]}}
    assert seen["read"]["table"] == left
    assert type(seen["read"]["table"]) is type(seen["read"]["app"]["selection"]) is dict
    assert seen["read"]["app"]["selection"]["columns"] == []
    nothing_selected = {"selection": {"rows": [], "columns": [], "cells": []}}
    assert seen["widgets"]["table"].default == nothing_selected
    assert type(seen["widgets"]["table"].default["selection"]) is dict
    rerun(at)
    assert seen["event"] == seen["after"] == left
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.parametrize(
    "value", [1, "selection", {}, {"selection": 1}, {"selection": {"rows": [1]}, "b": 2}]
)
def test_what_is_no_selection_is_left_as_it_is(value: object) -> None:
    """An app may assign anything, and a widget may have options of any form."""
    assert internal_widgets.streamlits_selection(value) is value
    if not isinstance(value, dict) or not isinstance(value.get("selection"), dict):
        assert internal_widgets.plain_selection(value) is value


def restored(seen: dict) -> None:
    """A script with a widget that has a default and a value from session state too."""
    import streamlit as st

    from fluxlit_component.internals import accept_restored_defaults, current_run

    accept_restored_defaults()
    current_run().state.carry_on("number", 5)
    seen["value"] = st.number_input("Number", value=1, key="number")


def test_a_restored_value_beats_a_default_without_a_warning(
    fallbacks: list[str], seen: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It is no mistake of the app, so Streamlit has nothing to say: not in the log, not on the page."""
    at = start(restored, seen)
    assert seen["value"] == 5
    assert not at.warning, moved("policies._shown_default_value_warning")
    assert "default value" not in caplog.text, moved("policies._shown_default_value_warning")
    if RELEASE < (1, 56):
        assert policies._shown_default_value_warning, moved("policies._shown_default_value_warning")
    assert fallbacks == [], moved(str(fallbacks))


# --- the bridge's component ----------------------------------------------------------------------


def state_with(*states: WidgetState) -> SessionState:
    """A session state that has just received these widget states from the browser."""
    state = SessionState()
    for widget in states:
        state._new_widget_state.set_widget_from_proto(widget)
    return state


def test_a_components_state_is_read_before_it_is_mounted(fallbacks: list[str]) -> None:
    """The browser's own message, as Streamlit holds it when a run begins; others are not looked at."""
    key = component_key("fluxlit_sid")
    answer = {"answer": {"protocol": 1, "sid": SID}}
    state = State(
        state_with(
            WidgetState(id="$$ID-abc123-other", json_value=json.dumps({"answer": 1})),
            WidgetState(id=f"$$ID-abc123-{key}", json_value=json.dumps(answer)),
            WidgetState(id="$$ID-abc123-None", string_value="x"),
        )
    )
    assert state.sent_component_value(key) == answer, moved("SessionState._new_widget_state.states")
    assert state.sent_component_value("never mounted") is None
    assert state.sent_keys() >= {key, "other"}
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.parametrize("text", ["", "[1]", "null", '"text"', "{broken", "7"])
def test_a_state_that_is_no_object_is_none(text: str) -> None:
    """What a hostile browser sends ends in no exception."""
    state = State(state_with(WidgetState(id="$$ID-abc-bridge", json_value=text)))
    assert state.sent_component_value("bridge") is None


def test_a_state_that_is_parsed_already_is_taken(fallbacks: list[str]) -> None:
    """A later run finds the value where the browser's message was."""
    state = state_with()
    state._new_widget_state.set_from_value("$$ID-abc-bridge", {"answer": 1})
    assert State(state).sent_component_value("bridge") == {"answer": 1}, moved("WStates")
    assert fallbacks == [], moved(str(fallbacks))


def bridge(seen: dict) -> None:
    """A script that mounts the real bridge, and looks at the state as an app may."""
    import streamlit as st

    from fluxlit_component.bridge.protocol import Offer
    from fluxlit_component.bridge.transport import component_key, mount
    from fluxlit_component.internals import current_run

    run = current_run()
    state, key = run.state, component_key("fluxlit_sid")
    seen["at start"] = (len(st.session_state), list(st.session_state), key in st.session_state)
    seen["mounted"] = mount(Offer("fluxlit_sid", "S" * 43), has_browser=False)
    seen["widgets"] = state.reading().widgets
    seen["ids"] = dict(run._context.session_state._state._key_id_mapper.id_key_mapping)
    state.hide(key)
    seen["hidden"] = (len(st.session_state), list(st.session_state), key in st.session_state)
    seen["dict"] = st.session_state.to_dict()
    st.session_state.update(st.session_state)


def test_the_mounted_bridge_has_the_id_that_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
    fallbacks: list[str],
    seen: dict[str, Any],
) -> None:
    """`$$ID-<hash>-<key>`, a JSON value, and no answer under AppTest; an app does not see its key."""
    monkeypatch.setattr(TRANSPORT, "bundle", lambda _: "export default () => {}\n")
    at = start(bridge, seen)
    if not seen["mounted"].is_there:
        pytest.skip(f"AppTest of Streamlit {streamlit.__version__} cannot mount components v2")
    key = component_key("fluxlit_sid")
    assert seen["mounted"].answer is None
    assert seen["widgets"][key].kind == "json_value", moved("the value type of components v2")
    assert all(name.startswith(OWN_PREFIX) for name in seen["widgets"]), moved("the keys of components v2")
    for _ in range(2):
        assert seen["at start"] == seen["hidden"] == (0, [], False), moved("_key_id_mapper.delete")
        assert not [name for name in seen["dict"] if name.startswith(OWN_PREFIX)]
        rerun(at)
    (element,) = [element for element, of in seen["ids"].items() if of == key]
    assert session_state.user_key(element) == key, moved("the form $$ID-<hash>-<key>")
    assert fallbacks == [], moved(str(fallbacks))


# --- refusals ------------------------------------------------------------------------------------


def refusals(seen: dict) -> None:
    """A script that assigns what Streamlit refuses, and reports whom it would blame."""
    import pandas as pd
    import streamlit as st

    from fluxlit_component.internals import refused_key

    frame = pd.DataFrame({"a": [1]})
    attempts = {
        "button": (True, lambda key: st.button("b", key=key)),
        "download": (True, lambda key: st.download_button("b", "x", key=key)),
        "upload": (None, lambda key: st.file_uploader("b", key=key)),
        "editor": ({}, lambda key: st.data_editor(frame, key=key)),
        "date": ("2024-01-01", lambda key: st.date_input("d", key=key)),
        "time": ("12:00", lambda key: st.time_input("t", key=key)),
        "number": ("three", lambda key: st.number_input("n", key=key)),
        "slider": ("three", lambda key: st.slider("n", key=key)),
        "multi": (5, lambda key: st.multiselect("m", ["x"], key=key)),
    }
    seen["blamed"], seen["not blamed"] = {}, {}
    for key, (value, draw) in attempts.items():
        st.session_state[key] = value
        try:
            draw(key)
        except Exception as error:  # noqa: BLE001 - which one it is differs by release
            seen["blamed"][key] = refused_key(error, attempts)
            seen["not blamed"][key] = refused_key(error, attempts.keys() - {key})
        else:
            seen["blamed"][key] = "accepted"
    try:
        int("button")
    except ValueError as error:
        seen["unrelated"] = refused_key(error, attempts)


def test_a_refused_key_is_found(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Named by Streamlit (a button) or not (a date): the key that was put back is blamed, no other."""
    start(refusals, seen)
    refused = {key: blamed for key, blamed in seen["blamed"].items() if blamed != "accepted"}
    assert refused.keys() >= {"button", "download", "upload", "editor", "date", "time"}
    assert refused == {key: key for key in refused}, moved("the `key` of an element's code")
    assert set(seen["not blamed"].values()) == {None}
    assert seen["unrelated"] is None
    assert fallbacks == [], moved(str(fallbacks))


# --- secrets ------------------------------------------------------------------------------------


def secrets(seen: dict) -> None:
    """A script that reports the package's own secrets."""
    from fluxlit_component.internals import app_secrets

    seen["secrets"] = app_secrets()


def test_secrets_are_read(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The `[fluxlit]` table, as a plain dict."""
    at = AppTest.from_function(secrets, default_timeout=SECONDS, args=(seen,))
    at.secrets["fluxlit"] = {"session_ttl": 5}
    at.run()
    assert not at.exception
    assert seen["secrets"] == {"session_ttl": 5}, moved("st.secrets")
    assert fallbacks == [], moved(str(fallbacks))


def test_an_app_without_secrets_sees_no_error(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """No file, no table, no message on the page."""
    at = start(secrets, seen)
    assert seen["secrets"] == {}
    assert not at.error
    at.secrets["other"] = {"x": 1}
    rerun(at)
    assert seen["secrets"] == {}
    assert fallbacks == [], moved(str(fallbacks))


def test_a_broken_file_of_secrets_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The app would run with another store than the file names. The log has its name, not its content."""
    path = tmp_path / "secrets.toml"
    path.write_text('[fluxlit]\nsession_store = "redis://u:hunter2@h')
    given = {"secrets.files": [str(path)]}
    monkeypatch.setattr(config, "get_option", lambda name: given.get(name, ""))
    monkeypatch.setattr(streamlit, "secrets", Secrets())
    for _ in range(2):
        monkeypatch.setattr(internals.process, "_secretless", None)
        assert internals.app_secrets() == {}
    (told,) = (record.getMessage() for record in caplog.records if record.name == "fluxlit_component")
    assert str(path) in told
    assert "hunter2" not in told


# --- who is signed in, and a page of somebody else ------------------------------------------------


def afresh(seen: dict) -> None:
    """A script that does what the session does when somebody else is there."""
    import streamlit as st

    from fluxlit_component.internals import begin_again, current_run

    run = current_run()
    seen["user"] = dict(run.user)
    seen["keys"] = sorted(run.state.reading().values)
    sent = run.state.sent_values()
    if seen.get("empty"):
        seen.pop("empty")
        seen["sent"] = sent
        run.state.empty()
        begin_again()
    run.state.ignore(seen.get("ignored", {}))
    seen["value"] = st.text_input("Name", key="name")
    st.text_input("No key")
    st.button("Go", key="go")


def test_a_session_state_is_emptied_and_the_script_begins_again(
    fallbacks: list[str], seen: dict[str, Any]
) -> None:
    """Nothing is left of what was there; what the page still sends of it can be ignored, and only that."""
    at = start(afresh, seen)
    assert set(seen["user"].values()) <= {"test@example.com"}, moved("st.user")
    at.text_input(key="name").set_value("Ada").run()
    seen["empty"] = True
    at.button(key="go").click()
    at.text_input[1].set_value("more")
    rerun(at)
    assert len(seen["sent"]) == 2, moved("the values that the browser sends")
    assert seen["keys"] == [], moved("SessionState.clear")
    assert (seen["value"], at.text_input[1].value) == ("", "")
    seen["ignored"] = seen["sent"]
    at.text_input(key="name").set_value("Ada")
    rerun(at)
    assert seen["value"] == "", moved("the states of _new_widget_state")
    at.text_input(key="name").set_value("Bob").run()
    assert seen["value"] == "Bob"
    assert fallbacks == []


def clicked(seen: dict) -> None:
    """A script that begins anew below a page: it ends at what was clicked, and begins again."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    run.read_along(lambda: False)
    run.call_back_late()
    seen["calls"].append("begun")
    pressed = st.button("Go", key="go", on_click=lambda: seen["calls"].append("call"))
    seen["calls"].append((pressed, st.button("Plain", key="plain")))


def test_a_click_has_its_callback_late(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Before the click counts. One on a widget that was drawn before, or that has none, is left alone."""
    seen.update(calls=[])
    at = start(clicked, seen)
    at.button(key="go").click().run()
    assert seen["calls"] == ["begun", (False, False), "call", "begun", (True, False)]
    expected = {"go": ["begun", "call", "begun", (True, False)], "plain": ["begun", (False, True)]}
    for key, calls in expected.items():
        at = start(clicked, seen)
        seen["calls"].clear()
        fresh = AppTest.from_function(clicked, default_timeout=SECONDS, kwargs={"seen": seen})
        fresh._tree = at._tree  # the page as it was, and a server that has not drawn it
        fresh._tree._runner = fresh
        fresh.button(key=key).click().run()
        assert seen["calls"] == calls, moved("RerunData, or _new_widget_state")
    assert fallbacks == [], moved(str(fallbacks))


def beside(seen: dict) -> None:
    """A script with a fragment that runs beside it until it is told to end."""
    import threading

    import streamlit as st

    from fluxlit_component.internals import current_run

    go_on = threading.Event()
    seen["before"] = current_run().has_parallel_fragments
    st.fragment(go_on.wait, parallel=True)(30)
    seen["beside"] = current_run().has_parallel_fragments
    go_on.set()


@pytest.mark.skipif(
    "parallel" not in inspect.signature(streamlit.fragment).parameters,
    reason="Streamlit has them from 1.58 on",
)
def test_fragments_that_run_beside_the_script_are_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """From when they are called to when they end."""
    start(beside, seen)
    assert (seen["before"], seen["beside"]) == (False, True), moved("parallel_coordinator")
    assert fallbacks == [], moved(str(fallbacks))


# --- nothing is leaned on unwatched ---------------------------------------------------------------


def test_every_internal_is_watched() -> None:
    """What `internals` offers is used by a test of this file that is not about its fallback."""
    module = ast.parse(Path(__file__).read_text("utf-8"))
    used: set[str] = set()
    for part in module.body:
        if isinstance(part, ast.FunctionDef) and "falls_back" not in part.name:
            used |= {node.attr for node in ast.walk(part) if isinstance(node, ast.Attribute)}
            used |= {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
    used |= {"narrow", "unknown_elements", "take_click"}  # by `narrow_selections` and `call_back_late`
    classes = (Run, internals.State, internals.Widget, internals.Reading)
    offered = {name for cls in classes for name in vars(cls) if not name.startswith("_")} | {
        name
        for name, found in vars(internals).items()
        if inspect.isroutine(inspect.unwrap(found)) and not name.startswith("_")
    }
    assert offered - used == set(), "a new function of internals needs a test on the real Streamlit"


# --- headers and the server -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "has_browser"),
    [
        ({}, True),  # nothing is known
        ({"Host": "x", "Sec-WebSocket-Key": "k"}, True),
        ({"host": "x", "sec-websocket-version": "13"}, True),  # HTTP/2 has no key
        ({"Host": "x", "User-Agent": "agent"}, False),
    ],
)
def test_an_agents_request_is_no_browsers(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], *, has_browser: bool
) -> None:
    """By the headers of the handshake, which a public way of Streamlit shows."""
    run = Run(object())
    monkeypatch.setattr(Run, "headers", headers)
    assert run.has_browser is has_browser


def test_the_headers_of_apptest(fallbacks: list[str]) -> None:
    """There are none, and that is no fallback."""
    assert dict(Run(object()).headers) == {}
    assert fallbacks == [], moved("st.context.headers")


def test_what_streamlit_run_serves_by(fallbacks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Starlette from 1.57 on, from 1.53 if it is asked for; before that nothing that speaks ASGI."""
    if RELEASE < (1, 53):
        monkeypatch.setattr("fluxlit_component.internals.guard.fell_back", lambda _: None)
        assert not process.serves_asgi([])
        return
    assert process.serves_asgi([]) is (RELEASE >= (1, 57)), moved("server.useStarlette")
    assert process.serves_asgi(["--server.useStarlette=true"])
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.skipif(RELEASE < (1, 57), reason="Tornado serves there")
def test_a_middleware_is_put_around_the_server(fallbacks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Around whatever uvicorn has loaded."""
    import uvicorn

    monkeypatch.setattr(uvicorn.Config, "load", uvicorn.Config.load)
    wrapped: list[Any] = []
    assert process.wrap_server(lambda app: wrapped.append(app) or app)
    config = uvicorn.Config(lambda scope: None, log_config=None)
    config.load()
    assert wrapped == [config.loaded_app]
    assert fallbacks == [], moved("uvicorn.Config.load")


def test_what_is_loaded_is_frozen_once_and_only_if_asked_for() -> None:
    """It is the process's own decision."""
    internals.freeze()
    before = gc.get_freeze_count()
    try:
        process.freeze_when_loaded()
        internals.freeze()
        assert (frozen := gc.get_freeze_count()) > before + 1000
        kept = [[] for _ in range(1000)]
        internals.freeze()
        assert gc.get_freeze_count() <= frozen
        assert kept
    finally:
        gc.unfreeze()


def test_classes_that_a_script_defines_anew_are_still_freed() -> None:
    """Frozen is what the first run has loaded: the classes of each later run go as they always did."""
    try:
        process.freeze_when_loaded()
        internals.freeze()
        seen = []
        for _ in range(3):  # a script defines its classes in each run, an edited one others
            names: dict[str, Any] = {}
            exec("class Basket:\n    def __init__(self): self.me = self\nkept = Basket()", names)
            seen.append(weakref.ref(names["Basket"]))
        del names
        gc.collect()
        assert [found() for found in seen] == [None] * 3
    finally:
        gc.unfreeze()


# --- when a release has moved all of it -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fallback"),
    [
        ("is_app_test", False),
        ("is_fragment", False),
        ("has_parallel_fragments", False),
        ("script_path", None),
        ("page", ""),
        ("unresolved_page", ""),
        ("headers", {}),
        ("user", {}),
        ("has_browser", True),
    ],
)
def test_a_property_falls_back(name: str, fallback: object) -> None:
    """Less comfort, no error."""
    assert getattr(Run(object()), name) == fallback


@pytest.mark.parametrize(
    ("name", "arguments", "fallback"),
    [
        ("drawn_keys", (), frozenset()),
        ("cleared_elements", (), frozenset()),
        ("carried", ({"a": None},), frozenset({"a"})),
        ("read_along", (lambda: False,), None),
        ("call_back_late", (), None),
        ("narrow_selections", ({"a"},), None),
    ],
)
def test_a_method_falls_back(name: str, arguments: tuple[Any, ...], fallback: object) -> None:
    """Less comfort, no error."""
    assert getattr(Run(object()), name)(*arguments) == fallback


@pytest.mark.parametrize(
    ("name", "arguments", "fallback"),
    [
        ("reading", (), Reading({"a": 1}, {}, {})),
        ("widget_keys", (), frozenset()),
        ("registered_keys", (), frozenset()),
        ("written_keys", (), frozenset()),
        ("assigned_keys", (), frozenset()),
        ("assigned_before", (), frozenset()),
        ("accepted_keys", (), frozenset()),
        ("keys_of_widgets", (), frozenset()),
        ("note_carried", (["a"],), None),
        ("sent_keys", (), frozenset()),
        ("sent_values", (), {}),
        ("ignore", ({"a": b""},), None),
        ("unknown_elements", (), frozenset()),
        ("take_click", ("a",), None),
        ("sent_component_value", ("key",), None),
        ("began_by_itself", (), False),
        ("lay_under", ({"a": 2},), None),
        ("settle", (["a"], frozenset("a")), None),
        ("tell_again", (["a"],), None),
        ("forget", (["a"],), None),
        ("hide", ("a",), None),
    ],
)
def test_a_state_falls_back(name: str, arguments: tuple[Any, ...], fallback: object) -> None:
    """Less comfort, no error."""
    assert getattr(State(SimpleNamespace(filtered_state={"a": 1})), name)(*arguments) == fallback


def test_what_cannot_be_carried_on_any_more_falls_back_to_being_assigned() -> None:
    """A state of which nothing is known but how it is written to."""
    state = State(held := {})
    state.carry_on("a", 1)
    assert held == {"a": 1}


@pytest.mark.parametrize("anchor", [object(), None])
def test_a_session_that_cannot_be_found_falls_back_to_none(anchor: object) -> None:
    """Nobody is asked; and a browser is taken for connected."""
    assert internals.state_of(anchor, "gone") is None
    assert internals.is_connected("gone")


def test_an_error_without_a_trace_blames_nobody() -> None:
    """Whatever is raised, asking whom it concerns raises nothing."""
    assert internals.refused_key(ValueError("x"), ["a"]) is None
    assert internals.refused_key(KeyboardInterrupt(), []) is None


def test_reading_is_tried_again() -> None:
    """A run on another thread resized the state just then."""

    class Busy:
        def __init__(self, failures: int) -> None:
            self.failures = failures

        @property
        def _new_session_state(self) -> dict[str, int]:
            self.failures -= 1
            if self.failures >= 0:
                raise RuntimeError("dictionary changed size during iteration")
            return {"a": 1}

        _old_state: ClassVar[dict[str, int]] = {}
        _new_widget_state = SimpleNamespace(states={}, widget_metadata={})
        _key_id_mapper = SimpleNamespace(id_key_mapping={})

    assert State(Busy(4)).reading() == Reading({"a": 1}, {}, {"a": 1})
    with pytest.raises(RuntimeError):
        State(Busy(5)).reading()


def test_keyed_elements_are_told_from_others() -> None:
    """Keys may hold dashes, newlines and dollars; an element without one ends in None."""
    assert session_state.user_key("$$ID-0a1b-my-key\n$$ID-x") == "my-key\n$$ID-x"
    assert session_state.user_key("my-key") is None
