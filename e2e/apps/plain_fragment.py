# A fragment of Streamlit's own, whose changes nothing saves before the next run or page load.
import streamlit as st

from fluxlit_component import url_session


@st.fragment
def counter() -> None:
    """Count by clicks."""
    if st.button("Add inside"):
        st.session_state.inner += 1
    st.write(f"inner is {st.session_state.inner}")


with url_session():
    st.session_state.setdefault("inner", 0)
    counter()
