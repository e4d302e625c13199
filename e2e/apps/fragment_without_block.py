import streamlit as st

from fluxlit_component import url_session

session = url_session()


@session.fragment
def part() -> None:
    if st.button("Add in the fragment"):
        st.session_state.count = st.session_state.get("count", 0) + 1
    st.write(f"fragment counts {st.session_state.get('count', 0)}")


part()
