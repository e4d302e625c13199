"""The demo's first page without the demo's sidebar, which has more to tell, and to draw, with a session."""

from pathlib import Path

import streamlit as st

import fluxlit_component.demo
from fluxlit_component import url_session

st.set_page_config(layout="wide")
views = Path(fluxlit_component.demo.__file__).parent / "views"
page = st.navigation([st.Page(views / "explore.py", default=True)])
with url_session():
    # Streamlit draws each field empty at first, and an empty note could not be told from that.
    st.session_state.setdefault("explore_note", "Why this one?")
    page.run()
