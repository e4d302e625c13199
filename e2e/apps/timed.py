# Two pages with widgets and a table, with the session or, for comparison, without.
import streamlit as st

from fluxlit_component import url_session


def home() -> None:
    st.title("Home")
    st.session_state.setdefault("count", 0)
    st.text_input("Name", key="name")
    st.selectbox("Fruit", ["apple", "pear", "plum"], key="fruit")
    st.slider("Level", 0, 10, 3, key="level")
    st.checkbox("Agree", key="agree")
    st.dataframe([{"row": i, "square": i * i} for i in range(50)])
    if st.button("Add"):
        st.session_state.count += 1
    st.write(f"count is {st.session_state.count}")


def report() -> None:
    st.title("Report")
    st.text_area("Comment", key="comment")


page = st.navigation([st.Page(home, title="Home", default=True), st.Page(report, title="Report")])
with url_session():
    page.run()
