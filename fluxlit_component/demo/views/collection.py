"""Collection: the places that were collected, in an order of your choice, their notes to edit.

Keeps: `collection` (see explore.py), `collection_order`, and `collection_note:<zone>`, one field a place.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from fluxlit_component.demo import places

ORDERS = {"Newest": ("added", False), "By name": ("place", True), "West to east": ("longitude", True)}

state = st.session_state
state.setdefault("collection_order", "Newest")
collection: dict[str, dict[str, object]] = state.setdefault("collection", {})


def remove(zone: str) -> None:
    """Forget a place and its note."""
    del state["collection"][zone], state[f"collection_note:{zone}"]


def draw_row(zone: str, row: pd.Series) -> None:
    """Draw one place with its clock and its note."""
    key = f"collection_note:{zone}"
    state.setdefault(key, collection[zone]["note"])
    with st.container(border=True):
        clock, note, action = st.columns([4, 9, 1], vertical_alignment="center", gap="medium")
        sun = "light_mode" if row["hour"] in places.DAY else "dark_mode"
        clock.markdown(
            f"**{row['place']}**  \n{row['country']}  \n"
            f":small[:gray[:material/{sun}: {row['local']} · {row['utc']}]]"
        )
        label, icon = f"Note on {row['place']}", ":material/delete:"
        collection[zone]["note"] = note.text_area(label, key=key, height=84, label_visibility="collapsed")
        action.button("", f"__remove:{zone}", "Remove it", remove, [zone], type="tertiary", icon=icon)


st.title("Collection")
if collection:
    st.markdown("The places you keep. Edit a note, leave, come back, press F5: it is still as you left it.")
    st.segmented_control("Order", list(ORDERS), key="collection_order", label_visibility="collapsed")
    table = places.load()
    rows = places.with_clocks(table[table.index.isin(list(collection))], datetime.now(places.UTC))
    rows["added"] = [collection[str(name)]["added"] for name in rows.index]
    column, ascending = ORDERS[state["collection_order"] or "Newest"]
    for name, place in rows.sort_values(column, ascending=ascending).iterrows():
        draw_row(str(name), place)
else:
    st.info(
        "Nothing collected yet. Find a place you care about and keep it here.", icon=":material/bookmarks:"
    )
    st.page_link("views/explore.py", label="Explore the places", icon=":material/travel_explore:")
