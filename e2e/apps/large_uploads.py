# Large uploads, kept with and without the session: what they take in memory (`python -m e2e.bench uploads`).
import os
from contextlib import nullcontext

import streamlit as st

from fluxlit_component import url_session

with url_session() if os.environ["SESSION"] == "1" else nullcontext() as session:
    files = st.file_uploader("Files", accept_multiple_files=True)
    if session is not None:
        files = session.keep_upload(files, key="files")
    st.text(f"files: {len(files)}")
