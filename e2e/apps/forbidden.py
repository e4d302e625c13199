import inspect

import altair as alt
import pandas as pd
import plotly.graph_objects as go
import pydeck as pdk
import streamlit as st

from fluxlit_component import url_session

with url_session() as session:
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2]})
    st.button("Button", key="st.button")
    st.download_button("Download", "text", key="st.download_button")
    if hasattr(st, "menu_button"):
        chosen = st.menu_button("Menu", ["open", "save"], key="st.menu_button")
        if chosen:
            st.text(f"menu returned {chosen}")
    st.chat_input("Say", key="st.chat_input")
    st.file_uploader("Upload", key="st.file_uploader")
    st.camera_input("Camera", key="st.camera_input")
    st.audio_input("Audio", key="st.audio_input")
    st.data_editor(frame, key="st.data_editor")
    st.dataframe(frame, key="st.dataframe(on_select=)", on_select="rerun")
    points = alt.Chart(frame).mark_point().encode(x="x", y="y").add_params(alt.selection_point())
    st.altair_chart(points, key="st.altair_chart(on_select=)", on_select="rerun")
    deck = pdk.Deck(layers=[pdk.Layer("ScatterplotLayer", frame, id="dots")], map_style=None)
    st.pydeck_chart(deck, key="st.pydeck_chart(on_select=)", on_select="rerun")
    st.vega_lite_chart(frame, points.to_dict(), key="st.vega_lite_chart(on_select=)", on_select="rerun")
    dots = go.Figure(go.Scatter(x=frame.x, y=frame.y, mode="markers"))
    st.plotly_chart(dots, key="st.plotly_chart(on_select=)", on_select="rerun")
    if hasattr(st, "echarts_chart"):
        bars = {"xAxis": {}, "yAxis": {}, "series": [{"type": "scatter", "data": [[1, 3], [2, 1]]}]}
        st.echarts_chart(bars, key="st.echarts_chart(on_select=)", on_select="rerun")
    if "on_click" in inspect.signature(st.link_button).parameters:
        st.link_button("Link", "https://example.org", key="st.link_button(on_click=)", on_click="rerun")
    with st.form("form"):
        keyed = "key" in inspect.signature(st.form_submit_button).parameters
        st.form_submit_button("Send", **({"key": "st.form_submit_button"} if keyed else {}))
    st.session_state.setdefault("plain", 0)
    if st.button("Count"):
        st.session_state.plain += 1
    if st.session_state.get("st.button"):
        st.text("button returned True")
    if st.session_state.get("st.file_uploader"):
        st.text("uploaded")
    st.text(f"plain = {st.session_state.plain}")
    for key, reason in session.skipped.items():
        st.text(f"{key} | {reason}")
