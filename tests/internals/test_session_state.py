"""Session state, read and written behind Streamlit's back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from fluxlit_component.internals import Reading, State, session_state
from tests.internals.scripts import moved, rerun, start


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


def hidden(seen: dict) -> None:
    """A script that draws two widgets, hides their keys, and puts back all that it sees."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    state = current_run().state
    st.session_state.update(st.session_state)
    seen["before"] = state.value_of(seen.get("element", "never drawn"), "nothing")
    seen["name"] = state.value_of("name")
    if not seen.get("away"):
        st.text_input("Secret", "Eve", key="secret")
        st.data_editor([1, 2], key="table")
        seen["element"] = state.hide("secret")
        seen["edits"] = state.value_of(state.hide("table"))
    seen["keys"] = [*st.session_state]
    st.text_input("Name", "Ada", key="name")


def test_a_hidden_widget_has_its_value_as_long_as_streamlit_has_it(
    fallbacks: list[str], seen: dict[str, Any]
) -> None:
    """Under its id; by its key nobody sees it. A value that is in sight is found by its key."""
    at = start(hidden, seen)
    assert (seen["before"], seen["name"]) == ("nothing", None)
    assert seen["edits"] == {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    for away in (False, True):
        seen["away"] = away
        rerun(at)
        assert (seen["before"], seen["name"]) == ("Eve", "Ada"), moved("SessionState.__getitem__")
        assert seen["keys"] == ["name"], moved("_key_id_mapper.delete")
    rerun(at)
    assert seen["before"] == "nothing", moved("SessionState._remove_stale_widgets")
    assert fallbacks == [], moved(str(fallbacks))
