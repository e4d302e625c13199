# The field is on one page, the button that forgets everything beside all of them.
import streamlit as st

from fluxlit_component import url_session


def start_over() -> None:
    """Forget everything."""
    for key in list(st.session_state.keys()):
        del st.session_state[key]


def form() -> None:
    """Ask for the name."""
    st.text_input("Name", key="name")


def summary() -> None:
    """Look at what there is."""
    st.write(f"name is {st.session_state.get('name', 'unset')}")


page = st.navigation([st.Page(form, title="Form", default=True), st.Page(summary, title="Summary")])
with url_session():
    st.sidebar.button("Start over", on_click=start_over)
    page.run()
