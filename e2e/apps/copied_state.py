# An app that copies its whole state, as for an undo or a file, and puts the copy back later.
import pickle

import pandas as pd
import streamlit as st

from fluxlit_component import url_session

with url_session() as session:
    puts_back, copies = st.button("Put back"), st.button("Copy")
    st.session_state.update({key: value for key, value in st.session_state.items() if key != "up"})
    if puts_back:
        st.session_state.update(pickle.loads(st.session_state["slot"]))
    people = session.keep_edits(
        pd.DataFrame({"name": ["Ada", "Bob"], "age": [36, 41]}), key="people", num_rows="dynamic"
    )
    st.write(f"people are {', '.join(f'{name} {age}' for name, age in people.itertuples(index=False))}")
    report = session.keep_upload(st.file_uploader("Report", key="up"), key="report")
    st.text(f"report: {report.name if report else 'nothing'}")
    state = {key: value for key, value in st.session_state.items() if key not in ("up", "slot")}
    st.text(f"keys: {' '.join(sorted(state))}")
    if copies:
        st.session_state["slot"] = pickle.dumps(state)
