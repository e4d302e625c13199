"""Apps whose defaults, limits and data come from outside and change: tried by tests that are written out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from fluxlit_component import Caps, url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app

WORLD: dict[str, Any] = {"owner": "Ada", "limit": 100, "today": dt.date(2024, 2, 29)}
"""Stands for a database, a setting, a clock."""


@app(defaults_move=True)
def untouched_default() -> None:
    """Fields whose defaults are read from outside in each run."""
    with url_session():
        st.text_input("Owner", value=WORLD["owner"], key="owner")
        st.date_input("Day", value=WORLD["today"], key="day")
        st.text_input("Remark", key="remark")
        st.write(f"the database says {WORLD['owner']}")


@app(defaults_move=True)
def refused_once() -> None:
    """A slider as long as today's data."""
    with url_session():
        st.slider("Row", 0, WORLD["limit"], key="row")
        st.write(f"row {st.session_state.row} of {WORLD['limit']}")


@app(needs_live_values=True)
def outgrown() -> None:
    """A list that outgrows its cap, and a pointer into it that does not."""
    with url_session(caps=Caps(value_bytes=5_000)):
        rows = st.session_state.setdefault("rows", [])
        if st.button("Add"):
            rows.append("x" * 1_000)
            st.session_state.current = len(rows) - 1
        if rows:
            current = st.session_state.current
            st.write(f"row {current} of {len(rows)}: {rows[current][:3]}")
