# An upload whose bytes are kept: the recipe of docs/what-comes-back.md.
import streamlit as st

from fluxlit_component import url_session

with url_session() as session:
    file = session.keep_upload(st.file_uploader("File", key="up"), key="file")
    st.write("no file" if file is None else f"file is {file.name} of {file.size} bytes")
    if file is not None:
        st.write(f"it says {file.getvalue().decode()!r}")
