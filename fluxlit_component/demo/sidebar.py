"""The sidebar panel: what the session did in this page load, and the three things you can do to it.

It never shows the session id: whoever knows it has the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from fluxlit_component import UrlSession

RUNS: Final = "__runs"
"""Keys that begin with two underscores are never stored: F5 starts the count again, as it should."""


class Status(NamedTuple):
    """How a status looks, and what it means to the visitor."""

    colour: Literal["green", "orange", "gray"]
    icon: str
    meaning: str


STATUSES: Final = {
    "ready": Status("green", ":material/check_circle:", "Everything you do here is kept."),
    "pending": Status("orange", ":material/hourglass_top:", "Waiting for the browser. Nothing is kept yet."),
    "degraded": Status("orange", ":material/cloud_off:", "The store does not answer. Saving is tried again."),
    "disabled": Status("gray", ":material/block:", "Sessions are switched off in this environment."),
}


def count_run() -> None:
    """Count one script run of this page load."""
    st.session_state[RUNS] = st.session_state.get(RUNS, 0) + 1


def controls(session: UrlSession[Any]) -> DeltaGenerator:
    """Draw the buttons, inside the `with` block, for they are part of the run. Returns the report's place."""
    with st.sidebar:
        place = st.container(key="session_report", gap="small")
        with st.container(key="session_controls", horizontal=True, gap="small"):
            renew = st.button("New id", width="stretch", help="Rotate: a new session id, the same state.")
            clear = st.button("Clear", width="stretch", help="Forget the state, keep the session.")
            forget = st.button(
                "Forget me", width="stretch", help="Destroy the stored record, and the browser's id with it."
            )
    if renew:
        session.rotate()
        st.toast("A new session id, the same state.", icon=":material/autorenew:")
    if clear:
        session.clear()
        st.rerun()
    if forget:
        session.clear()  # what the page shows
        session.destroy()  # what is stored
        st.rerun()
    return place


def report(session: UrlSession[Any], place: DeltaGenerator) -> None:
    """Say what happened, this run included."""
    status = STATUSES[session.status]
    with place:
        with _row("session_status"):
            st.markdown("**Session**", width="content")
            st.badge(session.status, icon=status.icon, color=status.colour)
        st.caption(status.meaning + (" You are new here." if session.is_new else ""))
        _figure("session_runs", "Script runs", st.session_state.get(RUNS, 0))
        _figure("session_restored", "Keys restored", len(session.restored))
        _figure("session_skipped", "Keys skipped", len(session.skipped))
        if session.restored:
            with st.expander("Restored"), st.container(key="session_restored_keys"):
                st.markdown(" ".join(f"`{key}`" for key in sorted(session.restored)))
        if session.skipped:
            with st.expander("Skipped, and why"), st.container(key="session_skipped_keys"):
                for key, reason in sorted(session.skipped.items()):
                    st.markdown(f"`{key}`  \n{reason}")
        st.info("**Press F5.** Then change the page, and press it again.", icon=":material/refresh:")


def _row(key: str) -> DeltaGenerator:
    return st.container(
        key=key, horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )


def _figure(key: str, label: str, value: int) -> None:
    with _row(key):
        st.caption(label, width="content")
        st.badge(str(value), color="gray")
