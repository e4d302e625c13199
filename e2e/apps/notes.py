# What somebody signed in keeps here is nobody else's: fields with and without a key, a file, a link.
from contextlib import nullcontext

import streamlit as st

from fluxlit_component import url_session

SCOPE = st.query_params.get("scope", "tab")
ON_DUPLICATE = "share" if SCOPE == "browser" else "fork"

session = url_session(scope=SCOPE, on_duplicate=ON_DUPLICATE)
# Without a block the bridge is drawn before the fields.
with nullcontext() if "bare" in st.query_params else session:
    st.session_state.changes = st.session_state.get("changes", 0) + session.identity_changed
    st.text(f"status {session.status}, changes {st.session_state.changes}")
    st.text_area("Notes", key="notes")
    st.text_input("Aside")
    st.session_state.setdefault("count", 0)
    if st.button("Add"):
        st.session_state.count += 1
    st.text(f"count is {st.session_state.count}")
    if "part" in st.query_params:

        @session.fragment
        def part() -> None:
            if st.button("Note"):
                st.session_state.count += 1
            st.text(f"notes are {st.session_state.notes}")

        part()
    kept = session.keep_upload(st.file_uploader("File", key="file"), key="kept")
    st.text(f"file {kept.name if kept else 'none'}")
    if st.button("Link"):
        st.code(session.link(once=False), language=None)
    for line in range(60):
        st.text(f"line {line}")
