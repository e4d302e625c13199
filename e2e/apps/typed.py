import datetime as dt
import enum
import os

import pandas as pd
import streamlit as st
from pydantic import BaseModel, Field

from fluxlit_component import url_session

V2 = os.environ.get("E2E_SCHEMA") == "2"


class Mood(enum.Enum):
    CALM = "calm"
    WILD = "wild"


class Item(BaseModel):
    label: str
    tags: set[str] = set()


class AppState(BaseModel):
    level: int = Field(default=3, ge=0, le=10)
    mood: Mood = Mood.CALM
    items: list[Item] = []
    day: dt.date = dt.date(2026, 1, 2)


class AppStateV2(BaseModel):
    level: float = Field(default=0.5, ge=0, le=1)
    mood: Mood = Mood.CALM
    items: list[Item] = []
    day: dt.date = dt.date(2026, 1, 2)


def to_unit(values: dict) -> dict:
    return {**values, "level": values["level"] / 10}


model = AppStateV2 if V2 else AppState
options = {"schema_version": 2, "migrations": {1: to_unit}} if V2 else {}
if os.environ.get("E2E_SCHEMA") == "broken":
    options = {"schema_version": 2, "migrations": {}}
with url_session(model=model, **options) as session:
    state = session.state
    if V2:
        st.slider("Level", 0.0, 1.0, key="level")
    else:
        st.slider("Level", 0, 10, key="level")
    st.date_input("Day", key="day")
    if st.button("Add item"):
        state.items.append(Item(label=f"item {len(state.items)}", tags={"new"}))
    if st.button("Tag all"):
        for item in state.items:
            item.tags.add("seen")
    if st.button("Go wild"):
        state.mood = Mood.WILD
    if st.button("Bad level"):
        try:
            state.level = 99
        except ValueError as error:
            st.session_state.refused = type(error).__name__
    if st.button("Frame"):
        st.session_state.frame = pd.DataFrame({"when": pd.to_datetime(["2026-01-02"], utc=True), "n": [1]})
    if st.button("Edit frame") and "frame" in st.session_state:
        st.session_state.frame.loc[0, "n"] = 42
    shown = [f"{i.label}/{'+'.join(sorted(i.tags))}" for i in state.items]
    st.write(f"level is {state.level}")
    st.write(f"mood is {state.mood.name}")
    st.write(f"items are {', '.join(shown) or 'none'}")
    st.write(f"refused {st.session_state.get('refused', 'nothing')}")
    frame = st.session_state.get("frame")
    st.write(f"frame is {'none' if frame is None else f'{frame.n[0]} {frame.when.dtype}'}")
    st.write(f"status {session.status}")
