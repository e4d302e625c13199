# An app that cannot live with what was entered: F5 brings it back, and fails again.
import os

import streamlit as st

from fluxlit_component import url_session

WHERE = os.environ.get("WHERE", "inside")


def work() -> None:
    st.text(f"keys {' '.join(sorted(st.session_state)) or 'none'}")
    st.text_input("Note", key="note")
    amount = st.text_input("Amount", key="amount")
    st.text(f"twice is {2 * int(amount or 0)}")


session = url_session(scope=os.environ.get("SCOPE", "tab"))
if WHERE == "inside":
    with session:
        work()
elif WHERE == "below":
    with session:
        st.text("all is well in here")
    work()
else:
    work()
