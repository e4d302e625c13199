# Two pages, a field kept over them, a counter and a picture. Prints every run, to be counted from outside.
import streamlit as st

from fluxlit_component import url_session

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'

print("script run", flush=True)


def home() -> None:  # noqa: D103 - Streamlit would draw it
    st.title("Home")
    st.text_input("Name", key="name")
    if st.button("Add"):
        st.session_state.count = st.session_state.get("count", 0) + 1
    if st.button("Set query"):
        st.query_params["k"] = "v"
    if st.button("Go to report"):
        st.switch_page(REPORT)
    st.write(f"count is {st.session_state.get('count', 0)}")
    st.image(PICTURE)


def report() -> None:  # noqa: D103
    st.title("Report")
    if st.button("Add here"):
        st.session_state.count = st.session_state.get("count", 0) + 1
    st.write(f"count is {st.session_state.get('count', 0)}")
    st.write(f"name is {st.session_state.get('name', 'unset')}")


REPORT = st.Page(report, title="Report", url_path="report")
page = st.navigation([st.Page(home, title="Home", default=True), REPORT])
with url_session(keep_hidden=True) as session:
    st.sidebar.write(f"status {session.status}")
    page.run()
