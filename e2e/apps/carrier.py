# Says what it knows of its sessions in each run, and what of the handshake's headers an app can see.
import os

import streamlit as st

from fluxlit_component import url_session

scope = os.environ.get("SCOPE", "tab")
with url_session(scope=scope) as one, url_session(param="my.sid", include=["second"]) as two:
    st.text_input("Name", key="name")
    st.session_state.setdefault("second", 0)
    if st.button("Rotate"):
        one.rotate()
    if st.button("Destroy"):
        one.destroy()
    if st.button("Link"):
        st.session_state["__link"] = one.link()
    if "__link" in st.session_state:
        st.code(st.session_state["__link"], language=None)
    st.write(f"status {one.status}, new {one.is_new} {two.is_new}")
    seen = " ".join(f"{name}: {value}" for name, value in st.context.headers.items())
    st.write(
        "an id is in the headers" if any(it.id and it.id in seen for it in (one, two)) else "no id there"
    )
