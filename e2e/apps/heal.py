import datetime as dt
import os

import streamlit as st

from fluxlit_component import SQLiteSessionStore, url_session
from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit

with url_session() as session:
    if st.button("Poison", key="poison"):
        # What a record made by something else may hold: values that Streamlit refuses to take back.
        store = SQLiteSessionStore(os.environ["FLUXLIT_SESSION_SQLITE_PATH"])
        bad = {"go": True, "day": "2026-01-02", "pick": "no such option", "good": "fine"}
        store.commit(session.id, Commit({k: Change(encode(v)) for k, v in bad.items()}, create=True))
        store.close()
    if st.button("Go", key="go"):
        st.session_state.went = True
    st.date_input("Day", dt.date(2026, 3, 4), key="day")
    st.selectbox("Pick", ["a", "b"], key="pick")
    st.session_state.setdefault("good", "unset")
    st.write(f"good is {st.session_state.good}")
    st.write(f"went is {st.session_state.get('went', False)}")
    st.write(f"skipped {','.join(sorted(session.skipped))}")
