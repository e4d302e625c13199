# Filters in the sidebar, some of them only for some views, and a button that resets them.
import streamlit as st

from fluxlit_component import url_session

ROWS = [("Oslo", 3), ("Rome", 9), ("Bern", 5), ("Lima", 7)]


def reset() -> None:
    """Take the filters back to what they were."""
    st.session_state.update(least=2, order="name", text="")


with url_session():
    with st.sidebar:
        view = st.radio("View", ["table", "sum"], key="view")
        least = st.slider("At least", 0, 10, 2, key="least")
        if view == "table":
            st.selectbox("Order", ["name", "size"], key="order")
            st.text_input("Contains", key="text")
        st.button("Reset", on_click=reset)
    rows = [row for row in ROWS if row[1] >= least and st.session_state.get("text", "") in row[0]]
    if view == "table":
        for row in sorted(rows, key=lambda row: row[0 if st.session_state.order == "name" else 1]):
            st.write(f"{row[0]} {row[1]}")
    else:
        st.write(f"sum {sum(size for _, size in rows)}")
