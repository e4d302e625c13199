"""Widgets: their keys, kinds and defaults, whether they are on the page, and which of them cannot be kept."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import Any

import pytest
import streamlit

from fluxlit_component.internals import DATE
from tests.internals.scripts import SELECTS, moved, rerun, start


def widgets(seen: dict) -> None:
    """A script with widgets of several kinds, one of which can be hidden."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    state = run.state
    seen["at start"] = (state.widget_keys(), run.drawn_keys(), state.sent.keys())
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
