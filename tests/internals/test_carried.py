"""Values that are carried on, so that a widget takes them over when it is drawn."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.elements.lib import policies
from streamlit.runtime.state import SessionState

from fluxlit_component.internals import State, session_state
from tests.internals.scripts import RELEASE, moved, rerun, start


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


def retained(seen: dict) -> None:
    """A script that assigns three keys: their own values to two, and another one."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    if seen:
        for key in ("plain", "name"):
            st.session_state[key] = st.session_state[key]
        st.session_state["other"] = [2]
    else:
        st.session_state["plain"], st.session_state["other"] = [1], [1]
    seen["retained"] = current_run().state.retained_keys()
    st.text_input("Name", key="name")


def test_it_is_known_to_which_keys_the_app_has_assigned_their_own_values(
    fallbacks: list[str], seen: dict[str, Any]
) -> None:
    """What stands under the key, and what a widget returns: whether the browser has sent it or not."""
    at = start(retained, seen)
    assert seen["retained"] == set()
    at.text_input(key="name").set_value("Ada").run()
    assert seen["retained"] == {"plain", "name"}, moved("SessionState._getitem")
    rerun(at)
    assert seen["retained"] == {"plain", "name"}
    assert fallbacks == [], moved(str(fallbacks))


def deleted(seen: dict) -> None:
    """A script that deletes one of two carried values, as an app may, before the widgets are drawn."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    state, keys = current_run().state, ["gone", "kept"]
    if not seen.get("values"):
        for key in keys:
            state.carry_on(key, "carried")
        state.note_carried(keys)
        del st.session_state["gone"]
    else:
        seen["late"] = state.emptied(keys, is_late=True)
    seen["values"] = [st.text_input(key, key=key) for key in keys]
    seen.setdefault("emptied", state.emptied(keys))


def test_it_is_known_which_of_them_the_app_has_deleted(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """In that run, and as the next one begins: the widget has its default either way."""
    at = start(deleted, seen)
    assert seen["values"] == ["", "carried"]
    assert seen["emptied"] == {"gone"}, moved("SessionState._old_state or ._new_session_state")
    rerun(at)
    late = {"gone"} if session_state._adopts_old_values() else set()
    assert seen["late"] == late, moved("SessionState._compact_state")
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


def forgotten(seen: dict) -> None:
    """A script whose widget goes for one run and comes again, with another label if it is told so."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    state = current_run().state
    state.note_carried([])
    known = frozenset({"name", "never drawn"}) if seen.get("again") else frozenset()
    seen["before"] = state.forgotten(known)
    if not seen.get("hide"):
        st.text_input(seen.get("label", "Name"), key="name")
    seen["after"] = state.forgotten()


@pytest.mark.parametrize(("label", "same"), [("Name", {"name"}), ("Title", None)])
def test_a_widget_whose_value_was_dropped_is_noted(
    label: str, same: set[str] | None, fallbacks: list[str], seen: dict[str, Any]
) -> None:
    """Until the browser has sent its values, and as long as it is the same widget."""
    at = start(forgotten, seen)
    at.text_input(key="name").set_value("typed").run()
    assert seen["after"] == frozenset()
    seen["hide"] = True
    rerun(at)
    seen.update(hide=False, again=True, label=label)
    rerun(at)
    assert seen["before"] == {"name"}, moved("the sweep of widgets that were not drawn")
    if same is not None:  # else newer releases tell widgets by their keys only
        assert seen["after"] == same, moved("SessionState._key_id_mapper")
    elif RELEASE < (1, 50):
        assert seen["after"] == frozenset(), moved("SessionState._key_id_mapper")
    seen["again"] = False
    rerun(at)
    assert seen["before"] == seen["after"] == frozenset(), moved("SessionState._new_session_state")
    assert fallbacks == [], moved(str(fallbacks))
