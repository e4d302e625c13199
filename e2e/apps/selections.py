# A table whose rows are somebody else's: a file beside the app says how many there are.
import json
import os
from pathlib import Path

import pandas as pd
import streamlit as st

from fluxlit_component import url_session

CITIES = pd.DataFrame({"city": ["Oslo", "Lima", "Rome", "Bern"], "people": [1, 10, 3, 0]})


def counted() -> None:
    st.session_state.calls = st.session_state.get("calls", 0) + 1


with url_session() as session:
    size = Path(os.environ["TABLE_SIZE"])
    rows, columns = map(int, size.read_text().split()) if size.exists() else CITIES.shape
    before = st.session_state.get("table")
    st.write(f"before: {before.selection.rows if before else 'nothing'}")
    event = st.dataframe(
        CITIES.iloc[:rows, :columns],
        key="table",
        on_select=counted,
        selection_mode=["multi-row", "multi-column", "multi-cell"],
        hide_index=True,
    )
    said = [json.dumps(event["selection"]), json.dumps(st.session_state.table["selection"])]
    st.write(said[0] if said[0] == said[1] else f"differ: {said}")
    st.write(f"{st.session_state.get('calls', 0)} calls")
st.write(f"skipped: {session.skipped.get('table', 'nothing')}")
