"""A run knows its session, its query, its browser, and how it was begun."""

from __future__ import annotations

import gc
import inspect
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit
from streamlit import runtime
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.state import SessionState
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.testing.v1 import AppTest

from fluxlit_component import internals
from fluxlit_component.internals import Run
from tests.internals.scripts import SECONDS, moved, rerun, start


def identity(seen: dict) -> None:
    """A script that reports which run it is."""
    import streamlit as st

    from fluxlit_component.internals import current_run, is_connected, is_known

    run, again = current_run(), current_run()
    st.text_input("x")
    seen.setdefault("runs", []).append(run)
    seen.setdefault("anchors", []).append(run.anchor)
    seen.setdefault("tokens", []).append((run.token, again.token))
    seen["page"] = run.page
    seen["script_path"] = run.script_path
    seen["facts"] = (run.is_app_test, run.is_fragment, run.unresolved_page)
    seen["session"] = (run.session_id, is_connected(run.session_id), is_known(run.session_id))


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
    assert all(seen["session"][1:]), "AppTest counts as a connected browser"
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


def test_what_hangs_on_an_anchor_goes_with_it(fallbacks: list[str]) -> None:
    """Also if it refers to the anchor."""

    class Held:
        anchor: object

    anchor, held = MemoryFragmentStorage(), Held()
    held.anchor, internals.hung_on(anchor)["tab"] = anchor, held
    assert internals.hung_on(anchor) == {"tab": held}, moved("the attributes of the anchor")
    assert internals.hung_on(MemoryFragmentStorage()) == {}
    reference = weakref.ref(held)
    del anchor, held
    gc.collect()
    assert reference() is None
    assert fallbacks == []


def test_a_session_of_a_server_is_known_until_streamlit_drops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connected, or left a moment ago."""
    sessions = {"left": SimpleNamespace(session=SimpleNamespace(session_state=SessionState()))}
    manager = SimpleNamespace(get_session_info=sessions.get)
    server = SimpleNamespace(_session_mgr=manager, is_active_session="connected".__eq__)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: server)
    assert internals.is_known("connected")
    assert internals.is_known("left")
    assert not internals.is_known("dropped")
    assert callable(WebsocketSessionManager.get_session_info), moved("the sessions of a server")


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
