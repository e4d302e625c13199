"""Magic: values on a line of their own are drawn."""

import streamlit as st

from fluxlit_component import url_session

with url_session():
    "# Magic words"
    word = st.text_input("Word", key="word")
    if st.button("Learn"):
        st.session_state.learned = [*st.session_state.get("learned", []), word]
    "Learned:", st.session_state.get("learned", [])
    st.session_state.get("learned", [])[-1:]
