"""Dashboards: filters at the side, numbers and tables in the middle."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@st.cache_data
def sales() -> pd.DataFrame:
    """Stands for what a query brings."""
    return pd.DataFrame(
        {
            "city": ["Oslo", "Rome", "Oslo", "Lima"],
            "kind": ["new", "old", "old", "new"],
            "day": [dt.date(2024, 2, day) for day in (1, 10, 20, 29)],
            "amount": [10, 20, 30, 40],
        }
    )


@app()
def filters_in_sidebar() -> None:
    """Filters of several kinds, a reset by callback, a table and metrics."""

    def reset() -> None:
        st.session_state.cities = []
        st.session_state.amounts = (0, 50)
        st.session_state.only_new = False

    with url_session():
        table = sales()
        with st.sidebar:
            st.multiselect("Cities", sorted(set(table["city"])), key="cities")
            st.slider("Amount", 0, 50, (0, 50), key="amounts")
            st.checkbox("New only", key="only_new")
            st.button("Reset filters", on_click=reset)
        low, high = st.session_state.amounts
        found = table[table["amount"].between(low, high)]
        if st.session_state.cities:
            found = found[found["city"].isin(st.session_state.cities)]
        if st.session_state.only_new:
            found = found[found["kind"] == "new"]
        count, total = st.columns(2)
        count.metric("Sales", len(found))
        total.metric("Amount", int(found["amount"].sum()))
        st.dataframe(found, hide_index=True)
        if st.toggle("Raw data", key="raw"):
            st.table(found)


@app()
def dependent_boxes() -> None:
    """A second box whose options depend on the first."""
    places = {"Norway": ["Oslo", "Bergen"], "Italy": ["Rome", "Turin", "Bari"]}
    with url_session():
        country = st.selectbox("Country", list(places), key="country")
        city = st.selectbox("City", places[country], key="city")
        st.selectbox("Street", [f"{city} street {number}" for number in (1, 2)], key="street")
        st.write(f"{st.session_state.street} in {country}")


@app()
def tabs_and_expanders() -> None:
    """Inputs in tabs, columns, an expander and a popover."""
    with url_session():
        first, second = st.tabs(["Input", "Output"])
        with first:
            left, right = st.columns(2)
            a = left.number_input("a", value=1, key="a")
            b = right.number_input("b", value=2, key="b")
            with st.expander("More"):
                factor = st.select_slider("Factor", ["one", "two", "three"], key="factor")
        with second:
            times = {"one": 1, "two": 2, "three": 3}[factor]
            st.metric("Sum", (a + b) * times, delta=a - b)
        with st.popover("Settings"):
            st.color_picker("Colour", "#123456", key="colour")
            st.time_input("Every day at", dt.time(8, 0), key="at")
        st.write(f"in {st.session_state.colour} at {st.session_state.at}")


@app()
def hidden_filters() -> None:
    """Filters that only one view shows; the other shows what is left of them."""
    with url_session():
        view = st.radio("View", ["Chart", "Table"], key="view", horizontal=True)
        if view == "Table":
            st.multiselect("Columns", ["city", "kind"], default=["city"], key="columns")
            st.dataframe(sales()[st.session_state["columns"]])
        else:
            st.selectbox("Measure", ["amount", "count"], key="measure")
            st.write(f"chart of {st.session_state.measure}")
        st.caption(f"columns {st.session_state.get('columns')}, measure {st.session_state.get('measure')}")


# AppTest of older releases forgets what the last run did not draw; a browser sends it again.
@app(since=(1, 60))
def data_by_click() -> None:
    """The data comes by a click and stays in the state; what can be chosen depends on it."""
    with url_session():
        if st.button("Load"):
            st.session_state.data = sales()
        if "data" not in st.session_state:
            st.info("Nothing loaded")
            st.stop()
        data = st.session_state.data
        column = st.selectbox(
            "Group by", [name for name in data.columns if name in ("city", "kind")], key="by"
        )
        st.dataframe(data.groupby(column, as_index=False)["amount"].sum())
        value = st.selectbox("Value", sorted(set(data[column])), key="value")
        st.table(data[data[column] == value][["day", "amount"]])
        if st.button("Forget"):
            del st.session_state["data"]
            st.rerun()


@app(reads_untouched_before_drawn=True)
def summary_on_top() -> None:
    """A summary above the widgets that it reads, by `get` with a default of its own."""
    with url_session():
        st.write(
            f"top {st.session_state.get('top', 'not set')}, order {st.session_state.get('order', 'not set')}"
        )
        st.number_input("Top", 1, 10, 3, key="top")
        st.radio("Order", ["up", "down"], key="order")
