# An app that looks at all of its session state, at every place where one can.
import streamlit as st

from fluxlit_component import url_session


def look(place: str) -> None:
    """Say what there is."""
    state = st.session_state
    st.text(f"{place}: {sorted(state)} {len(state)} {sorted(dict(state))} {sorted(state.to_dict())}")


def note() -> None:
    """Look in a callback."""
    st.session_state.seen_by_callback = str(sorted(st.session_state))


look("before")
st.button("Look", on_click=note)
with url_session():
    st.text_input("Name", key="name")
    look("inside")
    st.text(f"callback: {st.session_state.get('seen_by_callback')}")
    st.write(st.session_state)
st.text_input("Town", key="town")
look("after")
