import streamlit as st

from fluxlit_component import url_session

url_session("memory://")
st.session_state.setdefault("count", 0)
if st.button("Add"):
    st.session_state.count += 1
st.text_input("Name", key="name")
st.write(f"count is {st.session_state.count}")
