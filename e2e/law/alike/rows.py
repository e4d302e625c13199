# As many fields as there are rows; rows are added and removed, keys are made by a counter.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    state = st.session_state
    if "rows" not in state:
        state.rows, state.next = [0], 1
    for row in list(state.rows):
        left, right = st.columns(2)
        left.text_input(f"Entry {row}", key=f"entry_{row}")
        if right.button("Remove", key=f"remove_{row}"):
            state.rows.remove(row)
            st.rerun()
    if st.button("Add"):
        state.rows.append(state.next)
        state.next += 1
        st.rerun()
    entries = [value for key, value in state.items() if key.startswith("entry_")]
    st.write(f"{len(entries)} entries: {' '.join(sorted(entries))}")
