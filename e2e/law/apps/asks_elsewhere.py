# A page that asks for what the widgets of another page say.
import streamlit as st

from fluxlit_component import url_session


def first() -> None:
    """Two widgets of a page of their own."""
    st.toggle("Agreed", key="agreed")
    st.text_input("Name", key="name")


def second() -> None:
    """What is known of them here."""
    st.write(f"agreed {st.session_state.get('agreed')}, name {st.session_state.get('name')}")


page = st.navigation([st.Page(first, title="First"), st.Page(second, title="Second")])
with url_session():
    page.run()
