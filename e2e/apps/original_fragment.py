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


ensure_url_session(st, store(), initial={"step": 0})
hydrate_url_session(st, store())
st.session_state.setdefault("count", 0)


@st.fragment
def part() -> None:
    if st.button("Add in the fragment"):
        st.session_state.count += 1
    st.write(f"fragment counts {st.session_state.count}")


part()
if st.button("Step"):
    st.session_state.step += 1
st.write(f"script counts {st.session_state.count}, step {st.session_state.step}")
persist_url_session(st, store())
