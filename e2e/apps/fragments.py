import streamlit as st

from fluxlit_component import url_session

with url_session() as session:

    @session.fragment
    def counter() -> None:
        st.session_state.setdefault("inner", 0)
        if st.button("Add inside"):
            st.session_state.inner += 1
        st.text_input("Inside", key="inside")
        st.write(f"inner is {st.session_state.inner}")

    counter()
