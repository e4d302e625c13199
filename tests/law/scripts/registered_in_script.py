"""A script that defines and registers a class; one object of it stands in a list and under another key."""

from dataclasses import dataclass

import streamlit as st

from fluxlit_component import register, url_session


@register(name="law_player")
@dataclass
class Player:
    """Whose turn it may be."""

    name: str
    score: int = 0


with url_session():
    if "players" not in st.session_state:
        st.session_state.players = [Player("Ada"), Player("Bob")]
        st.session_state.current = st.session_state.players[0]
    if st.button("Point"):
        st.session_state.current.score += 1
    st.text(", ".join(f"{player.name} {player.score}" for player in st.session_state.players))
