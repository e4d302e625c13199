# A game that is saved as a file: the whole session state, and back.
import json

import streamlit as st

from fluxlit_component import url_session

with url_session():
    saved = st.file_uploader("Saved game")
    if saved is not None and st.button("Load"):
        st.session_state.update(json.loads(saved.getvalue()))
    st.text_input("Hero", key="hero")
    game = {key: value for key, value in st.session_state.items()}  # noqa: C416 - as people write it
    st.download_button("Save", json.dumps(game, default=str), "game.json")
