"""Collection: the places that were collected, their notes to edit, remove and download.

Keeps: `collection` (see explore.py), `collection_order`, and `collection_note:<zone>`, one field a place.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from fluxlit_component.demo import places

ORDERS = {"Newest": ("added", False), "By name": ("place", True), "West to east": ("longitude", True)}

state = st.session_state
state.setdefault("collection", {})
state.setdefault("collection_order", "Newest")

now = datetime.now(places.UTC)
collection: dict[str, dict[str, object]] = state["collection"]


def collected_rows() -> pd.DataFrame:
    """Return the collected places with their clocks, in the chosen order."""
    table = places.load()
    known = table[table.index.isin(list(collection))]
    rows = places.with_clocks(known, now).assign(added=[collection[zone]["added"] for zone in known.index])
    column, ascending = ORDERS[state["collection_order"] or "Newest"]
    return rows.sort_values(column, ascending=ascending)


def draw_row(zone: str, row: pd.Series) -> bool:
    """Draw one place with its clock and its note; True when it should go."""
    key = f"collection_note:{zone}"
    state.setdefault(key, collection[zone]["note"])
    with st.container(border=True):
        clock, note, actions = st.columns([4, 9, 1], vertical_alignment="center", gap="medium")
        sun = ":material/light_mode:" if 7 <= row["hour"] < 19 else ":material/dark_mode:"  # noqa: PLR2004
        clock.markdown(
            f"**{row['place']}**  \n{row['country']}  \n:small[:gray[{sun} {row['local']} · {row['utc']}]]"
        )
        collection[zone]["note"] = note.text_area(
            f"Note on {row['place']}",
            key=key,
            placeholder="Add a note",
            height=84,
            label_visibility="collapsed",
        )
        return actions.button(
            "",
            key=f"__remove:{zone}",
            icon=":material/delete:",
            type="tertiary",
            help=f"Remove {row['place']}",
        )


def download(rows: pd.DataFrame) -> str:
    """Return the collection as CSV text."""
    table = rows[["place", "country", "latitude", "longitude", "added"]].copy()
    table["note"] = [collection[zone]["note"] for zone in rows.index]
    return str(table.to_csv())


st.title("Collection")
if not collection:
    st.markdown("The places you keep, with your notes on them.")
    with st.container(border=True, horizontal_alignment="center"):
        st.space("small")
        st.markdown(":material/bookmarks: **Nothing collected yet**", width="content")
        st.markdown("Find a place you care about and keep it here, with a note.", width="content")
        st.page_link("views/explore.py", label="Explore the places", icon=":material/travel_explore:")
        st.space("small")
else:
    st.markdown("The places you keep. Edit a note, leave, come back, press F5: it is still as you left it.")
    order, right = st.columns(2)
    order.segmented_control("Order", list(ORDERS), key="collection_order", label_visibility="collapsed")
    save = right.container(horizontal=True, horizontal_alignment="right")
    shown = collected_rows()
    for zone_name, place_row in shown.iterrows():
        if draw_row(str(zone_name), place_row):
            del collection[str(zone_name)]
            state.pop(f"collection_note:{zone_name}", None)
            st.rerun()
    save.download_button(
        "Download CSV",
        download(shown),
        "meridian_collection.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
