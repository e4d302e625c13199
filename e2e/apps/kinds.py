import datetime as dt
import inspect

import pandas as pd
import streamlit as st

from fluxlit_component import url_session

KINDS = [
    "checkbox", "toggle", "radio", "selectbox", "multiselect", "slider", "range", "select_slider", "number",
    "float", "text", "area", "password", "date", "dates", "time", "color", "pills", "many_pills", "segmented",
    "feedback", "sizes", "many_segments", "thumbs",
]  # fmt: skip
if hasattr(st, "datetime_input"):  # 1.52 and newer
    KINDS.append("moment")
if hasattr(st, "pagination"):  # 1.67
    KINDS.append("pages")
if "on_change" in inspect.signature(st.tabs).parameters:  # containers that say what is open
    KINDS += ["tabs", "expander", "popover"]

with url_session() as session:
    left, right = st.columns(2)
    with left:
        st.checkbox("Checkbox", key="checkbox")
        st.toggle("Toggle", key="toggle")
        st.radio("Radio", ["one", "two", "three"], key="radio")
        st.selectbox("Selectbox", ["red", "green", "blue"], key="selectbox")
        st.multiselect("Multiselect", ["ant", "bee", "cat"], key="multiselect")
        st.slider("Slider", 0, 10, key="slider")
        st.slider("Range", 0, 10, (2, 8), key="range")
        st.select_slider("Select slider", ["low", "mid", "high"], key="select_slider")
        st.number_input("Number", 0, 100, key="number")
        st.number_input("Float", 0.0, 1.0, step=0.1, key="float")
        st.text_input("Text", key="text")
        st.select_slider("Sizes", ["xs", "s", "m", "l"], ("xs", "m"), key="sizes")
    with right:
        st.text_area("Area", key="area")
        st.text_input("Password", type="password", key="password")
        st.date_input("Date", dt.date(2026, 3, 4), key="date")
        st.date_input("Dates", (dt.date(2026, 3, 4), dt.date(2026, 3, 6)), key="dates")
        st.time_input("Time", dt.time(9, 30), key="time")
        st.color_picker("Color", "#112233", key="color")
        st.pills("Pills", ["p", "q", "r"], key="pills")
        st.pills("Many pills", ["x", "y", "z"], selection_mode="multi", key="many_pills")
        st.segmented_control("Segmented", ["s", "t", "u"], key="segmented")
        st.feedback("stars", key="feedback")
        st.segmented_control("Many segments", ["i", "j", "k"], selection_mode="multi", key="many_segments")
        st.feedback("thumbs", key="thumbs")
        if hasattr(st, "datetime_input"):
            st.datetime_input("Moment", dt.datetime.fromisoformat("2026-03-04T09:30"), key="moment")
        if "pages" in KINDS:
            st.pagination(9, key="pages")
        if "tabs" in KINDS:
            for tab in st.tabs(["Early", "Late"], key="tabs", on_change="rerun"):
                tab.caption("In a tab")
            st.expander("Expander", key="expander", on_change="rerun").caption("In the expander")
            st.popover("Popover", key="popover", on_change="rerun").caption("In the popover")
    frame = pd.DataFrame({"a": [1, 2]})
    st.data_editor(frame, key="editor")
    st.dataframe(frame, key="table", on_select="rerun")
    st.file_uploader("File", key="file")
    with st.form("form"):
        st.text_input("In the form", key="in_form")
        st.form_submit_button("Send")
    st.download_button("Download", "x", key="download")
    for kind in KINDS:
        st.text(f"{kind} = {st.session_state[kind]!r}")
    st.text(f"in_form = {st.session_state.in_form!r}")
    st.text(f"skipped = {' '.join(sorted(session.skipped))}")
