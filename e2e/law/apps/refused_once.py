# A slider over data that may have fewer rows tomorrow.
import os
from pathlib import Path

import streamlit as st

from fluxlit_component import url_session

limit = int(Path(os.environ["LAW_FOLDER"], "limit.txt").read_text())
with url_session():
    st.slider("Row", 0, limit, key="row")
    st.write(f"row {st.session_state.row} of {limit}")
