# Tabs, an element that is replaced, and a part that is left out by `st.stop`.
import streamlit as st

from fluxlit_component import url_session


def count() -> None:
    """Count the changes of a field."""
    st.session_state.changes = st.session_state.get("changes", 0) + 1


with url_session():
    first, second = st.tabs(["Numbers", "Words"])
    with first:
        st.number_input("Left", 0, 9, key="left", on_change=count)
        st.number_input("Right", 0, 9, 1, key="right", on_change=count)
    with second:
        st.text_area("Words", key="words", on_change=count)
    place = st.empty()
    place.write("adding")
    total = st.session_state.left + st.session_state.right
    place.write(f"sum {total}, changes {st.session_state.get('changes')}")
    if not st.toggle("More", key="more"):
        st.stop()
    st.write(f"{len(st.session_state.words.split())} words")
    st.text_input("Remark", key="remark")
