"""Explore: filter the places, see the map and the table answer, collect one with a note.

Keeps: `explore_*` (the widgets) and `collection` (zone name -> note).
"""

import streamlit as st

from fluxlit_component.demo import places

state = st.session_state
collection: dict[str, str] = state.setdefault("collection", {})
table = places.load()


def collect() -> None:
    """Keep the place that was picked, with its note, and begin with empty fields."""
    zone = state["explore_pick"]
    state["collection"][zone] = state["explore_note"].strip()
    state.pop(f"collection_note:{zone}", None)
    state["explore_pick"], state["explore_note"] = None, ""
    st.toast("Kept. You find it on the Collection page.", icon=":material/bookmark_added:")


st.title("Places of the world")
st.markdown(f"{len(table)} places, from Abidjan to Zurich. Filter, look, collect. **Then press F5.**")
with st.container(border=True):
    left, right = st.columns(2, gap="medium")
    words = left.text_input("Search", key="explore_search", placeholder="Places", icon=":material/search:")
    regions = right.multiselect("Regions", sorted({*table.Region}), key="explore_regions", placeholder="All")
    only_mine = st.toggle("Only my collection", key="explore_mine")
shown = table[table["label"].str.contains(words.strip(), case=False, regex=False)]
mine = table[table.index.isin(list(collection))]
if regions:
    shown = shown[shown["Region"].isin(regions)]
if only_mine:
    shown = shown[shown.index.isin(mine.index)]
st.caption(f"{len(shown)} of {len(table)} places.")
st.altair_chart(places.world_map(shown, mine), key="explore_map")

wide, narrow = st.columns([5, 2], gap="medium")
with wide:
    notes = [collection[zone] or "collected" if zone in collection else "" for zone in shown.index]
    columns = ["Place", "Country", "Region", "Coordinates", "Your note"]
    st.dataframe(shown.assign(**{"Your note": notes})[columns], hide_index=True, height=366)
with narrow.container(border=True, height="stretch"):
    st.markdown("**Collect a place**")
    pick = st.selectbox("Place", table.index, None, table["label"].get, "explore_pick", placeholder="Choose")
    st.text_area("Note", key="explore_note", placeholder="Why this one?", height=122)
    st.button("Collect", on_click=collect, type="primary", icon=":material/bookmark_add:", disabled=not pick)
