"""Notes: a conversation with yourself. Keeps `notes` (list of str); unsent text stays in the browser."""

import streamlit as st

notes: list[str] = st.session_state.setdefault("notes", [])

st.title("Notes")
st.markdown("Write anything. Begin another one, and press F5 before you send it.")
if st.button("Delete all", icon=":material/delete_sweep:", type="tertiary", disabled=not notes):
    notes.clear()
if written := st.chat_input("Call Auckland before lunch", key="note"):
    notes.append(written)
for note in notes:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(note)
if not notes:
    st.info("No notes yet. The first one is the hardest.", icon=":material/forum:")
