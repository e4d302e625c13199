"""Notes: a conversation with yourself. A note that names a place gets that place's clock for an answer.

Keeps: `notes` (list of {"role": "user" | "assistant", "text": str, "at": datetime}) and `notes_answer`.
"""

from __future__ import annotations

import re
from datetime import datetime

import streamlit as st

from fluxlit_component.demo import places

AVATARS = {"user": ":material/person:", "assistant": ":material/schedule:"}

state = st.session_state
state.setdefault("notes", [])
state.setdefault("notes_answer", True)

now = datetime.now(places.UTC)
here = places.zone_of(st.context.timezone or "UTC")


def answer(text: str) -> str | None:
    """Tell the time of the places that the text names; None when it names none."""
    words = text.casefold()
    table = places.load()
    named = [
        zone
        for zone, place in table["place"].items()
        if re.search(rf"\b{re.escape(str(place).casefold())}\b", words)
    ]
    if not named:
        return None
    rows = places.with_clocks(table.loc[named], now)
    return "  \n".join(f"It is **{row.local}** in {row.label} ({row.utc})." for row in rows.itertuples())


def say(role: str, text: str) -> None:
    """Append to the history."""
    state["notes"].append({"role": role, "text": text, "at": datetime.now(places.UTC)})


st.title("Notes")
st.markdown("Write anything. Name a place, Tokyo or Nairobi or Lima, and its clock answers.")
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.toggle("Let the clocks answer", key="notes_answer")
    if st.button("Delete all", icon=":material/delete_sweep:", type="tertiary", disabled=not state["notes"]):
        state["notes"] = []

if written := st.chat_input("Write a note"):
    say("user", written)
    if state["notes_answer"] and (reply := answer(written)):
        say("assistant", reply)

for note in state["notes"]:
    with st.chat_message(note["role"], avatar=AVATARS[note["role"]]):
        st.markdown(note["text"])
        st.caption(note["at"].astimezone(here).strftime("%d %b %Y, %H:%M"))
if not state["notes"]:
    with st.container(border=True, horizontal_alignment="center"):
        st.space("small")
        st.markdown(":material/forum: **No notes yet**", width="content")
        st.markdown("The first one is the hardest. Try *Call Auckland before lunch*.", width="content")
        st.space("small")
