# Where things stand on the page, with something before, in and after the block, and in the sidebar.
import streamlit as st

from fluxlit_component import url_session

st.sidebar.write("first in the sidebar")
st.write("before the block")
with url_session():
    st.title("A title")
    st.text_input("Name", key="name")
    st.sidebar.write("second in the sidebar")
    left, right = st.columns(2)
    left.write("on the left")
    right.button("On the right")
    st.write("last in the block")
st.write("after the block")
st.sidebar.write("third in the sidebar")
