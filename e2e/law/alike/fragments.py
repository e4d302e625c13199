# Two fragments of Streamlit's own and a script around them.
import streamlit as st

from fluxlit_component import url_session


@st.fragment
def counter() -> None:
    """Count without the script, and with it."""
    state = st.session_state
    if st.button("Add"):
        state.count = state.get("count", 0) + 1
    if st.button("Twice"):
        state.count = state.get("count", 0) + 2
        st.rerun(scope="fragment")
    if st.button("Take over"):
        state.taken = state.get("count", 0)
        st.rerun()
    st.write(f"count {state.get('count', 0)}")


@st.fragment
def editor() -> None:
    """Edit a text that the script shows when it runs."""
    st.text_input("Text", key="text")
    if st.checkbox("More", key="more"):
        st.text_input("Remark", key="remark")


with url_session():
    counter()
    editor()
    if st.button("Forget"):
        st.session_state.pop("count", None)
        st.rerun()
    st.write(f"taken {st.session_state.get('taken')}, text {st.session_state.text}")
