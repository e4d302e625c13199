# A note and a counter for everybody, with Streamlit's own login and logout, by a call and by a callback.
import streamlit as st

from fluxlit_component import url_session

with url_session() as session:
    st.session_state.setdefault("count", 0)
    st.session_state["__changes"] = st.session_state.get("__changes", 0) + session.identity_changed
    st.text_area("Note", key="note")
    if st.button("Add"):
        st.session_state.count += 1
    if st.button("Log in"):
        st.login()
    if st.button("Log out"):
        st.logout()
    st.button("Leave", on_click=st.logout)
    st.write(f"{st.user.get('name') or 'nobody'} is here, count is {st.session_state.count}")
    st.write(f"status {session.status}, changes {st.session_state['__changes']}")
    st.code(repr(sorted(st.session_state.to_dict().items())), language=None)
