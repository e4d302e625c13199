import streamlit as st

from fluxlit_component import (
    InMemorySessionStore,
    ensure_url_session,
    hydrate_url_session,
    persist_url_session,
)


@st.cache_resource
def store() -> InMemorySessionStore:
    return InMemorySessionStore()


ensure_url_session(st, store())
hydrate_url_session(st, store(), merge=not st.button("Read again"))
st.session_state.setdefault("count", 0)
st.text_input("Name", "nobody", key="name")
if st.button("Add"):
    st.session_state.count += 1
st.write(f"count is {st.session_state.count}, name is {st.session_state.name}")
persist_url_session(st, store())
