# Defaults that come from outside and change there: a name in a database, the day of today.
import os
from datetime import date, timedelta
from pathlib import Path

import streamlit as st

from fluxlit_component import url_session

FOLDER = Path(os.environ["LAW_FOLDER"])


def owner() -> str:
    """Stand for a row of a database."""
    return (FOLDER / "owner.txt").read_text().strip()


def today() -> date:
    """Stand for the clock of the server, some days later."""
    return date(2026, 1, 1) + timedelta(days=int((FOLDER / "days.txt").read_text()))


def assign() -> None:
    """Choose for the visitor."""
    st.session_state.owner = "Ada"


with url_session():
    st.text_input("Owner", value=owner(), key="owner")
    day = st.date_input("Day", value=today(), key="day")
    st.text_input("Remark", key="remark")
    st.button("Assign Ada", on_click=assign)
    st.session_state.setdefault("editor", owner())
    st.text_input("Editor", key="editor")
    st.write(f"the database says {owner()}, the day is {day}")
