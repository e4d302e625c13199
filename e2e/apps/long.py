# A long page that takes a moment, and a second one.
import time

import streamlit as st

from fluxlit_component import url_session


def long() -> None:
    st.text_input("Name", key="name")
    st.markdown("[To the middle](#middle)")
    for line in range(60):
        if line == 30:
            time.sleep(0.5)
            st.header("In the middle", anchor="middle")
        st.write(f"line {line}")
        st.write("words " * 40)


def short() -> None:
    st.write("a short page")


page = st.navigation(
    [st.Page(long, title="Long", default=True), st.Page(short, title="Short", url_path="short")]
)
with url_session():
    page.run()
