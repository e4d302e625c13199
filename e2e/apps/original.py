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


sid = ensure_url_session(st, store(), initial=None)
hydrate_url_session(st, store())
st.session_state.setdefault("count", 0)
st.text_input("Name", key="name")
if st.button("Add"):
    st.session_state.count += 1
st.write(f"count is {st.session_state.count}")
st.write(f"id has {len(sid)} characters")
persist_url_session(st, store())
