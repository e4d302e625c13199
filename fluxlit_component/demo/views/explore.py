"""Explore: filter the places, see the map and the table answer, collect one with a note.

Keeps: `explore_*` (the widgets) and `collection` (zone name -> note).
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from fluxlit_component.demo import places
from fluxlit_component.demo.worldmap import world_map

state = st.session_state
collection: dict[str, str] = state.setdefault("collection", {})
table = places.load()


def filtered() -> pd.DataFrame:
    """Draw the filters and apply them."""
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        words = left.text_input(
            "Search", key="explore_search", placeholder="Place or country", icon=":material/search:"
        )
        regions = right.multiselect(
            "Regions", sorted(table["region"].unique()), key="explore_regions", placeholder="All regions"
        )
        mine = st.toggle("Only my collection", key="explore_mine")
    keep = table["label"].str.contains(words.strip(), case=False, regex=False)
    if regions:
        keep &= table["region"].isin(regions)
    if mine:
        keep &= table.index.isin(list(collection))
    return table[keep]


def draw_table(shown: pd.DataFrame) -> None:
    """Show the filtered rows, with the visitor's own notes among them."""
    notes = {zone: note or "collected" for zone, note in collection.items()}
    st.dataframe(
        shown.assign(note=[notes.get(zone, "") for zone in shown.index]),
        hide_index=True,
        height=366,
        column_order=("place", "country", "region", "coordinates", "note"),
        column_config={
            "place": "Place",
            "country": "Country",
            "region": "Region",
            "coordinates": "Coordinates",
            "note": "Your note",
        },
    )


def collect() -> None:
    """Keep the place that was picked, with its note, and begin with empty fields."""
    zone = state["explore_pick"]
    state["collection"][zone] = state["explore_note"].strip()
    state.pop(f"collection_note:{zone}", None)
    state["explore_pick"], state["explore_note"] = None, ""
    st.toast("Kept. You find it on the Collection page.", icon=":material/bookmark_added:")


def draw_collect() -> None:
    """Pick a place and write a note."""
    with st.container(border=True, height="stretch"):
        st.markdown("**Collect a place**")
        zone = st.selectbox(
            "Place",
            table.index,
            index=None,
            format_func=table["label"].get,
            key="explore_pick",
            placeholder="Choose a place",
        )
        st.text_area("Note", key="explore_note", placeholder="Why this one?", height=122)
        icon = ":material/bookmark_add:"
        st.button("Collect", on_click=collect, type="primary", icon=icon, disabled=zone is None)


st.title("Places of the world")
st.markdown(f"{len(table)} places, from Abidjan to Zurich. Filter, look, collect. **Then press F5.**")
rows = filtered()
st.caption(f"{len(rows)} of {len(table)} places.")
st.altair_chart(world_map(table, rows, table[table.index.isin(list(collection))]), key="explore_map")
wide, narrow = st.columns([5, 2], gap="medium")
with narrow:
    draw_collect()
with wide:
    draw_table(rows)
