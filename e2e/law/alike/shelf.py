# Serves every app of this folder from one process: a cookie of the visitor's names the app. After the app it
# prints all that the app can see in its session state.
import os
from pathlib import Path

import streamlit as st

path = Path(__file__).with_name(f"{st.context.cookies['law_app']}.py")
exec(compile(path.read_text(), path, "exec"), {"__name__": "__main__", "__file__": str(path)})
if os.environ.get("LAW_FAULT") and "name" not in st.session_state:
    st.session_state.name = "put back"  # a fault, sown to be found
for key, value in sorted(st.session_state.items()):
    st.text(f"state {key} {value!r}")
st.text(f"{len(st.session_state) - len(list(st.session_state))} keys unseen")
