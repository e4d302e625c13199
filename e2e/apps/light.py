# An app without tables, which tells what was loaded for it.
import sys

import streamlit as st

from fluxlit_component import url_session

with url_session():
    st.session_state.setdefault("count", 0)
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")
    # Components v1 load Arrow, whoever uses them.
    loaded = sorted({"pandas", "polars", "sqlalchemy", "redis"} & sys.modules.keys())
    st.write(f"loaded {','.join(loaded) or 'nothing'}")
