"""Notes: a conversation with yourself.

Keeps: `notes` (list of {"text": str, "at": datetime}). What is typed and not sent stays in the browser.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from fluxlit_component.demo import places

notes: list[dict[str, Any]] = st.session_state.setdefault("notes", [])

st.title("Notes")
st.markdown("Write anything. Begin another one, and press F5 before you send it.")
if st.button("Delete all", icon=":material/delete_sweep:", type="tertiary", disabled=not notes):
    notes.clear()
if written := st.chat_input("Call Auckland before lunch", key="note"):
    notes.append({"text": written, "at": datetime.now(places.UTC)})
for note in notes:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(note["text"])
        st.caption(note["at"].astimezone(places.here()).strftime("%d %b %Y, %H:%M"))
if not notes:
    st.info("No notes yet. The first one is the hardest.", icon=":material/forum:")
