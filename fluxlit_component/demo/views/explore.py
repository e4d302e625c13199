"""Explore: filter the places, see the map answer, collect one with a note.

Keeps: `explore_*` (the widgets) and `collection` (zone name -> {"note": str, "added": datetime}).
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from fluxlit_component.demo import places
from fluxlit_component.demo.worldmap import COLOURS, world_map

state = st.session_state
DEFAULTS = {
    "collection": {},
    "explore_search": "",
    "explore_regions": [],
    "explore_offsets": places.OFFSETS,
    "explore_daylight": (0, 24),
    "explore_awake": False,
    "explore_summer_time": False,
    "explore_mine": False,
    "explore_colour": "Offset",
    "explore_note": "",
}
# Not as `value=` of the widgets: Streamlit warns when a stored value meets one.
for name, value in DEFAULTS.items():
    state.setdefault(name, value)

now = datetime.now(places.UTC)
table = places.with_clocks(places.load(), now)


def filtered(everywhere: pd.DataFrame) -> pd.DataFrame:
    """Draw the filters and apply them."""
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        words = left.text_input(
            "Search", key="explore_search", placeholder="Place or country", icon=":material/search:"
        )
        regions = right.multiselect(
            "Regions", sorted(everywhere["region"].unique()), key="explore_regions", placeholder="All regions"
        )
        left.slider("Clock, hours from UTC", *places.OFFSETS, step=0.5, format="%+.1f", key="explore_offsets")
        right.slider("Daylight today, hours", 0, 24, key="explore_daylight")
        with st.container(horizontal=True, gap="medium"):
            awake = st.toggle("Awake now", key="explore_awake", help="Local time between 7:00 and 23:00.")
            summer = st.toggle("Observes summer time", key="explore_summer_time")
            mine = st.toggle("Only my collection", key="explore_mine")

    keep = everywhere["offset"].between(*state["explore_offsets"])
    keep &= everywhere["daylight"].between(*state["explore_daylight"])
    if words.strip():
        keep &= everywhere["label"].str.contains(words.strip(), case=False, regex=False)
    if regions:
        keep &= everywhere["region"].isin(regions)
    if awake:
        keep &= everywhere["hour"].between(7, 22)
    if summer:
        keep &= everywhere["summer_time"]
    if mine:
        keep &= everywhere.index.isin(list(state["collection"]))
    return everywhere[keep]


def draw_map(shown: pd.DataFrame) -> None:
    """Draw the map and choose what its colours mean."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        count = f"{len(shown)} of {len(table)} places"
        st.caption(f"{count}. The golden half of the globe has daylight right now.", width="content")
        colour = st.segmented_control(
            "Colour", list(COLOURS), key="explore_colour", label_visibility="collapsed"
        )
    collected = table[table.index.isin(list(state["collection"]))]
    st.altair_chart(world_map(table, shown, collected, colour=colour or "Offset", now=now), key="explore_map")


def draw_table(shown: pd.DataFrame) -> None:
    """Show the filtered rows, with the visitor's own notes among them."""
    if shown.empty:
        st.info("No place matches. Loosen a filter and they come back.", icon=":material/filter_alt_off:")
        return
    notes = {zone: entry["note"] or "collected" for zone, entry in state["collection"].items()}
    view = shown.assign(note=[notes.get(zone, "") for zone in shown.index])
    st.dataframe(
        view[["place", "country", "local", "utc", "daylight", "summer_time", "note"]],
        hide_index=True,
        height=366,
        column_config={
            "place": "Place",
            "country": "Country",
            "local": st.column_config.TextColumn("Local time", width="small"),
            "utc": st.column_config.TextColumn("Clock", width="small"),
            "daylight": st.column_config.ProgressColumn(
                "Daylight", format="%.1f h", min_value=0, max_value=24, width="small"
            ),
            "summer_time": st.column_config.CheckboxColumn("Summer", width="small"),
            "note": "Your note",
        },
    )


def draw_collect(shown: pd.DataFrame) -> None:
    """Pick a place, write a note, keep both."""
    if state.pop("__collected", False):  # by the run before this one: begin with empty fields
        state["explore_pick"], state["explore_note"] = None, ""
    options = list(shown.index)
    if picked := state.get("explore_pick"):
        state["explore_pick"] = picked  # a filter does not take the choice away
        options = options if picked in options else [*options, picked]
    labels = table["label"].to_dict()
    with st.container(border=True, height="stretch"):
        st.markdown("**Collect a place**")
        zone = st.selectbox(
            "Place",
            options,
            index=None,
            format_func=lambda name: labels.get(name, name),
            key="explore_pick",
            placeholder="Choose a place",
        )
        note = st.text_area("Note", key="explore_note", placeholder="Why this one?", height=122)
        clicked = st.button("Collect", type="primary", icon=":material/bookmark_add:", disabled=zone is None)
    if clicked and zone:
        state["collection"][zone] = {"note": note.strip(), "added": now}
        state.pop(f"collection_note:{zone}", None)
        state["__collected"] = True
        st.toast("Kept. You find it on the Collection page.", icon=":material/bookmark_added:")
        st.rerun()


st.title("Every place keeps its own time")
st.markdown(f"{len(table)} places of the world's clock register. Filter, look, collect. **Then press F5.**")
rows = filtered(table)
draw_map(rows)
wide, narrow = st.columns([5, 2], gap="medium")
with narrow:
    draw_collect(rows)
with wide:
    draw_table(rows)
