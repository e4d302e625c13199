"""The state of the bridge's component, which is read before the component is mounted."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import streamlit
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state import SessionState

from fluxlit_component.bridge.transport import component_key
from fluxlit_component.internals import State, session_state
from fluxlit_component.internals.drawing import beside_the_page
from fluxlit_component.state.keys import OWN_PREFIX
from tests.internals.scripts import moved, rerun, start

TRANSPORT = sys.modules["fluxlit_component.bridge.transport"]
SID = "S" * 43


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
    assert state.sent.of_component(key) == answer, moved("SessionState._new_widget_state.states")
    assert state.sent.of_component("never mounted") is None
    assert state.sent.keys() >= {key, "other"}
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.parametrize("text", ["", "[1]", "null", '"text"', "{broken", "7"])
def test_a_state_that_is_no_object_is_none(text: str) -> None:
    """What a hostile browser sends ends in no exception."""
    state = State(state_with(WidgetState(id="$$ID-abc-bridge", json_value=text)))
    assert state.sent.of_component("bridge") is None


def test_a_state_that_is_parsed_already_is_taken(fallbacks: list[str]) -> None:
    """A later run finds the value where the browser's message was."""
    state = state_with()
    state._new_widget_state.set_from_value("$$ID-abc-bridge", {"answer": 1})
    assert State(state).sent.of_component("bridge") == {"answer": 1}, moved("WStates")
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


def in_a_form(seen: dict) -> None:
    """A script whose form stands around an element that is drawn beside the page."""
    import streamlit as st

    from fluxlit_component.internals.drawing import beside_the_page

    with st.form("form"):
        with beside_the_page():
            st.button("Beside it", key="beside")  # in a form it would be refused
        seen["sent"] = st.form_submit_button("Send")
    seen["below"] = st.button("Below", key="below")


def test_what_is_drawn_beside_the_page_is_in_no_form(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Neither in the form nor on the page; what follows is where it belongs."""
    at = start(in_a_form, seen)
    assert [*seen] == ["sent", "below"], moved("context_dg_stack")
    assert [button.key for button in at.main.button] == ["FormSubmitter:form-Send", "below"], moved("_event")
    assert fallbacks == [], moved(str(fallbacks))


def test_beside_the_page_falls_back_to_where_the_app_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is raised but what the app raises."""
    monkeypatch.setattr(streamlit, "_event", None)
    monkeypatch.setattr(streamlit.delta_generator_singletons, "context_dg_stack", None)
    with pytest.raises(ZeroDivisionError), beside_the_page():
        _ = 1 / 0
