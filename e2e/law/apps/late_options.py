# The options of a list are there only once the data was loaded, by a click, and the data cannot be stored.
import threading

import streamlit as st

from fluxlit_component import url_session


class Data:
    """Stand for a table that holds its connection."""

    columns = ("a", "b", "c")

    def __init__(self) -> None:
        self.lock = threading.Lock()


with url_session():
    if st.button("Load"):
        st.session_state.data = Data()
    if st.button("Unload"):
        st.session_state.pop("data", None)
    st.button("Look")
    columns = st.session_state.data.columns if "data" in st.session_state else ()
    st.selectbox("Column", ["none", "other", *columns], key="column")
    st.multiselect("Columns", columns, key="columns")
    st.write(f"column {st.session_state.column}, columns {', '.join(st.session_state.columns) or 'none'}")
