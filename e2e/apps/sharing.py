# Two pages, a counter, links of every kind; the environment says what url_session gets.
import os

import streamlit as st

from fluxlit_component import url_session


def mark() -> None:
    """A parameter of the app's own in the address."""
    if st.button("Mark"):
        st.query_params["p"] = str(st.session_state.get("count", 0))


def home() -> None:
    st.title("Home")
    st.session_state.setdefault("count", 0)
    if st.button("Add"):
        st.session_state.count += 1
    mark()
    st.text_input("Name", key="name")
    st.text_input("Secret", key="secret")
    st.write(f"count is {st.session_state.count}")
    st.page_link(REPORT, label="To the report")
    st.link_button("Report in a tab", "/report")
    st.markdown("[plain link](/report#part) and [elsewhere](http://127.0.0.1:9/x)")
    for mode in ("resume", "copy"):
        if st.button(f"Make {mode} link"):
            st.session_state["__made"] = session.link(
                REPORT, mode=mode, once="MANY" not in os.environ, keys=["count"] if mode == "copy" else None
            )
    if st.button("Revoke"):
        st.write(f"revoked {session.revoke_links()}")
    st.code(st.session_state.get("__made", "no link"), language=None)
    for link in session.links():
        st.write(f"{link.mode} link used {link.uses} open {link.is_open} young {link.age_seconds < 600}")
    if "HREF" in os.environ:
        st.caption(session.href("report"))


def report() -> None:
    st.title("Report")
    if st.button("Add here"):
        st.session_state.count = st.session_state.get("count", 0) + 1
    mark()
    st.write(f"count is {st.session_state.get('count', 0)}")
    st.write(f"name is {st.session_state.get('name', '')!r}")
    st.write(f"secret is {st.session_state.get('secret', '')!r}")


REPORT = st.Page(report, title="Report", url_path="report")
page = st.navigation([st.Page(home, title="Home", default=True), REPORT])
duplicates, keeps = os.environ.get("ON_DUPLICATE", "fork"), "KEEP_HIDDEN" in os.environ
with url_session(on_duplicate=duplicates, keep_hidden=keeps) as session:
    st.sidebar.write(f"status {session.status}, new {session.is_new}")
    page.run()
