# Widgets without a key, each shown by ?kind=: F5 loses what was chosen.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    kind = st.query_params.get("kind")
    if kind == "pills":
        st.pills("Pick", ["one", "two"])
    elif kind == "segments":
        st.segmented_control("Pick", ["one", "two"])
    elif kind == "thumbs":
        st.feedback("thumbs")
    elif kind == "colour":
        st.color_picker("Pick")
    st.write("drawn")
