"""Runs that begin again: for somebody else who is signed in, and below a page that was drawn before."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.internals.scripts import SECONDS, moved, rerun, start


def afresh(seen: dict) -> None:
    """A script that does what the session does when somebody else is there."""
    import streamlit as st

    from fluxlit_component.internals import begin_again, current_run

    run = current_run()
    seen["user"] = dict(run.user)
    seen["keys"] = sorted(run.state.reading().values)
    sent = run.state.sent.encoded()
    if seen.get("empty"):
        seen.pop("empty")
        seen["sent"] = sent
        run.state.empty()
        begin_again()
    run.state.sent.ignore(seen.get("ignored", {}))
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
    run.read_along(lambda: False, str)
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
