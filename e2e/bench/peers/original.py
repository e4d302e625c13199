# The original functions, as published. Their store is a process's memory.
import streamlit as st
from body import pages
from fluxlit.url_session import (
    InMemorySessionStore,
    ensure_url_session,
    hydrate_url_session,
    persist_url_session,
)


@st.cache_resource
def store() -> InMemorySessionStore:
    return InMemorySessionStore()


page = pages()
ensure_url_session(st, store())
hydrate_url_session(st, store())
page.run()
persist_url_session(st, store())
