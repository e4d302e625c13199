# Fields outside forms, and what can be done after typing in one of them; lines say what was saved.
import streamlit as st

from fluxlit_component import url_session


def save() -> None:
    state = st.session_state
    state.saved = f"name={state.name!r}, area={state.area!r}, num={state.num}, inner={state.inner!r}"


@st.fragment
def inside() -> None:
    st.text_input("Inner", key="inner")
    if st.button("Save inside"):
        save()
    st.write(f"in the fragment {st.session_state.get('saved')}")


with url_session():
    st.text_input("Name", key="name")
    st.text_area("Area", key="area")
    st.number_input("Number", key="num", value=1, max_value=50)
    inside()
    st.checkbox("Agree", key="agree", on_change=save)
    st.button("Save", on_click=save)
    if st.button("Save plainly"):
        save()
    if said := st.chat_input("Say", key="chat"):
        st.session_state.setdefault("said", []).append(said)
    st.markdown("[the same app](/)")
    st.write(f"saved {st.session_state.get('saved')}")
    st.write(f"said {st.session_state.get('said', [])}")
