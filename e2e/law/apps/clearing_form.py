# A form of every kind of field that empties itself when it is sent.
import datetime as dt

import streamlit as st

from fluxlit_component import url_session

DEFAULTS = [
    *("", "", 0, False, False, "r1", "s1", [], 3, "low"),
    *(dt.date(2026, 1, 1), dt.time(8, 0), None, None),
]

with url_session():
    sent = st.session_state.setdefault("sent", [])
    with st.form("entry", clear_on_submit=True):
        values = [
            st.text_input("Text", key="text"),
            st.text_area("Area", key="area"),
            st.number_input("Number", 0, 9, key="number"),
            st.checkbox("Box", key="box"),
            st.toggle("Switch", key="switch"),
            st.radio("Radio", ["r1", "r2"], key="radio"),
            st.selectbox("Select", ["s1", "s2"], key="select"),
            st.multiselect("Many", ["m1", "m2"], key="many"),
            st.slider("Slider", 0, 9, 3, key="slider"),
            st.select_slider("Steps", ["low", "high"], key="steps"),
            st.date_input("Date", dt.date(2026, 1, 1), key="date"),
            st.time_input("Time", dt.time(8, 0), key="time"),
            st.pills("Pills", ["p1", "p2"], key="pills"),
            st.segmented_control("Segments", ["g1", "g2"], key="segments"),
        ]
        changed = sum(value != default for value, default in zip(values, DEFAULTS, strict=True))
        if st.form_submit_button("Send"):
            sent.append(changed)
    st.write(f"{changed} changed, sent {sent}")
