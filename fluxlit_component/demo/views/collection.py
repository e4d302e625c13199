"""Collection: the places that were collected, the newest first, their notes to edit.

Keeps: `collection` (see explore.py) and `collection_note:<zone>`, one field a place.
"""

import streamlit as st

from fluxlit_component.demo import places

state = st.session_state
collection: dict[str, str] = state.setdefault("collection", {})


def remove(zone: str) -> None:
    """Forget a place and its note."""
    del state["collection"][zone], state[f"collection_note:{zone}"]


st.title("Collection")
if collection:
    st.markdown("The places you keep. Edit a note, leave, come back, press F5: it is still as you left it.")
else:
    st.info("Nothing collected yet. Find a place and keep it here.", icon=":material/bookmarks:")
    st.page_link("views/explore.py", label="Explore the places", icon=":material/travel_explore:")
for zone in reversed(list(collection)):
    row, key = places.load().loc[zone], f"collection_note:{zone}"
    state.setdefault(key, collection[zone])
    with st.container(border=True):
        place, note, action = st.columns([4, 9, 1], vertical_alignment="center", gap="medium")
        place.markdown(f"**{row['Place']}**  \n{row['Country']}  \n:small[:gray[{row['Coordinates']}]]")
        label, icon = f"Note on {row['Place']}", ":material/delete:"
        collection[zone] = note.text_area(label, key=key, height=84, label_visibility="collapsed")
        action.button("", f"__remove:{zone}", "Remove it", remove, [zone], type="tertiary", icon=icon)
