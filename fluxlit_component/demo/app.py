"""Entry point: the session, then the pages, then the page that was asked for."""

import streamlit as st

from fluxlit_component import url_session
from fluxlit_component.demo import ask, sidebar

st.set_page_config(page_title="Meridian", page_icon="🌍", layout="wide")

# With `keep_hidden` the fields of a page keep their values while another page is shown.
with url_session(keep_hidden=True) as session:
    pages = [
        st.Page("views/explore.py", title="Explore", icon=":material/travel_explore:", default=True),
        st.Page("views/collection.py", title="Collection", icon=":material/bookmarks:"),
        st.Page("views/notes.py", title="Notes", icon=":material/forum:"),
        # The one page that asks the session for something: an answer that outlives F5.
        st.Page(lambda: ask.draw(session), title="Ask", icon=":material/auto_awesome:", url_path="ask"),
        st.Page("views/plan.py", title="Plan", icon=":material/event:"),
    ]
    st.navigation({"Meridian": pages}).run()
    with st.sidebar:
        panel = st.container(key="session_panel", gap="small")
        sidebar.draw(session)

with panel:  # after the block: by then the run has been saved
    session.panel()
