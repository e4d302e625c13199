"""Widgets of every kind, tables that can be edited, a component, widgets without a key."""

from __future__ import annotations

import datetime as dt
import enum
import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st
import streamlit.components.v1 as components

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app

_FRONT = Path(tempfile.gettempdir())
picker = components.declare_component("law_picker", path=str(_FRONT))


@app()
def all_kinds() -> None:
    """One widget of each kind that a visitor can set, with a default of its own or without."""
    with url_session():
        st.text_input("Text", "x", key="k_text")
        st.text_area("Area", key="k_area")
        st.number_input("Whole", 0, 9, 4, key="k_whole")
        st.number_input("Empty", value=None, key="k_empty")
        st.slider("Slider", 0.0, 1.0, 0.25, key="k_slider")
        st.slider("Range", 0, 9, (2, 5), key="k_range")
        st.select_slider("Steps", ["a", "b", "c"], value=("a", "b"), key="k_steps")
        st.checkbox("Box", value=True, key="k_box")
        st.toggle("Switch", key="k_switch")
        st.radio("Radio", ["one", "two"], key="k_radio")
        st.selectbox("Select", ["one", "two"], index=None, key="k_select")
        st.multiselect("Multi", ["one", "two", "three"], key="k_multi")
        st.date_input("Day", dt.date(2024, 1, 1), key="k_day")
        st.date_input("Days", (dt.date(2024, 1, 1), dt.date(2024, 1, 9)), key="k_days")
        st.time_input("Time", dt.time(12, 0), key="k_time")
        st.color_picker("Colour", key="k_colour")
        st.write(
            {key: str(st.session_state[key]) for key in sorted(st.session_state) if key.startswith("k_")}
        )


@app()
def days_from_today() -> None:
    """Dates without a default of the app's: Streamlit takes the value in session state for their default."""
    with url_session():
        st.date_input("Day", key="day")
        with st.form("order"):
            st.date_input("Due", min_value=dt.date(2000, 1, 1), key="due")
            st.form_submit_button("Order")
        st.write(f"{st.session_state.day} {st.session_state.due}")


@app(needs_live_values=True)
def options_of_a_class() -> None:
    """Each run defines the class of the options anew, as a script does."""

    class Size(enum.Enum):
        SMALL = 1
        LARGE = 2

    with url_session():
        st.selectbox("Size", Size, key="size")
        st.multiselect("Sizes", list(Size), default=list(Size)[:1], key="sizes")
        st.text_input("Name", key="name")
        st.write(st.session_state.size.name, [size.name for size in st.session_state.sizes])


@app(since=(1, 60))
def pills_and_segments() -> None:
    """The buttons that choose: pills, segments, stars."""
    with url_session():
        st.pills("Tags", ["red", "green", "blue"], selection_mode="multi", key="tags")
        st.segmented_control("Mode", ["fast", "slow"], key="mode")
        st.feedback("stars", key="stars")
        if st.session_state.mode == "slow":
            st.pills("Why", ["safe", "cheap"], key="why")
        st.write(st.session_state.tags, st.session_state.mode, st.session_state.stars)


@app()
def without_keys() -> None:
    """Widgets without keys: F5 loses them, so it is left out once one was touched."""
    with url_session():
        name = st.text_input("Name")
        if st.checkbox("Show more"):
            st.slider("More", 0, 3)
        if st.button("Keep"):
            st.session_state.kept = name
        st.write(f"kept {st.session_state.get('kept')}, now {name}")


@app(unkept=("editor",))
def table_editor() -> None:
    """A table that is edited, and a button that takes the edits over."""
    with url_session():
        if "table" not in st.session_state:
            st.session_state.table = pd.DataFrame({"n": [1, 2, 3]})
        edited = st.data_editor(st.session_state.table, key="editor", num_rows="dynamic")
        if st.button("Take over"):
            st.session_state.table = edited.reset_index(drop=True)
            st.rerun()
        st.metric("Sum", int(edited["n"].fillna(0).sum()))
        st.text_input("Caption", key="caption")


@app(unkept=("picker",))
def component_value() -> None:
    """A component of the app's own, its value used and collected."""
    with url_session():
        value = picker(label="Pick", key="picker", default=0)
        if st.button("Take"):
            st.session_state.taken = [*st.session_state.get("taken", []), value]
        st.write(value, st.session_state.get("taken", []))


@app()
def disabled_and_limits() -> None:
    """Fields that others switch off, limits that depend on a value beside them."""
    with url_session():
        locked = st.checkbox("Locked", key="locked")
        st.text_input("Held", key="held", disabled=locked, max_chars=3)
        top = st.number_input("Top", 1, 20, 10, key="top")
        st.slider("Up to the top", 0, 20, key=f"up_to_{top}")
        st.write(st.session_state.held, st.session_state[f"up_to_{top}"])


@app()
def options_as_objects() -> None:
    """Options that are no strings, shown by a function."""
    with url_session():
        st.selectbox("Year", [2023, 2024, 2025], key="year")
        st.radio("Day", [dt.date(2024, 1, 1), dt.date(2024, 1, 2)], key="weekday", format_func=str)
        st.multiselect("Pair", [(1, 2), (3, 4)], key="pair", format_func=str)
        st.write(str(st.session_state.year + 1), str(st.session_state.weekday), str(st.session_state.pair))
