# Every way to take a value out of the session state.
import streamlit as st

from fluxlit_component import url_session


def delete() -> None:
    """Take the note away."""
    st.session_state.pop("note", None)


@st.fragment
def part() -> None:
    """Delete without a run of the whole script."""
    if st.button("In a fragment"):
        delete()
        st.write("deleted in the fragment")


@st.dialog("Sure?")
def ask() -> None:
    """Delete in a dialog that stays open."""
    if st.button("In the dialog"):
        delete()
        st.write("deleted in the dialog")


def note() -> None:
    """Make the note, and delete it in many ways."""
    if st.button("Make"):
        st.session_state.note = "here"
    if st.button("In the body"):
        delete()
    st.button("In a callback", on_click=delete)
    st.button("By clear", on_click=st.session_state.clear)
    part()
    if st.button("Ask"):
        ask()
    st.write(f"note is {st.session_state.get('note', 'gone')}")


def bin_page() -> None:
    """Delete by being looked at."""
    delete()
    st.write("deleted by the page")


page = st.navigation(
    [st.Page(note, title="Note", default=True), st.Page(bin_page, title="Bin", url_path="bin")]
)
with url_session():
    page.run()
