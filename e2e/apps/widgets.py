import streamlit as st

from fluxlit_component import url_session

with url_session(keep_hidden=True) as session:
    st.checkbox("Show", value=True, key="show")
    if st.session_state.show:
        st.text_input("Hidden at times", key="hidden")
        st.number_input("Number at times", 0, 100, 5, key="number")
    st.text_input("Always", key="always")
    st.write(f"hidden is {st.session_state.get('hidden', 'unset')}")
    st.write(f"restored {','.join(session.restored) or 'nothing'}")
