# An editor whose edits are kept, and a selection that a callback copies.
import pandas as pd
import streamlit as st

from fluxlit_component import url_session

PEOPLE = pd.DataFrame({"name": ["Ada", "Bob"], "age": [36, 41]})


def selected() -> None:
    st.session_state.chosen = st.session_state.selection.selection.rows


def home() -> None:
    table = session.keep_edits(PEOPLE, key="people", num_rows="dynamic")
    st.write(f"people are {', '.join(f'{name} {age}' for name, age in table.itertuples(index=False))}")
    st.dataframe(PEOPLE, key="selection", on_select=selected, selection_mode="multi-row")
    st.write(f"chosen are {st.session_state.get('chosen', [])}")
    if st.button("Replace"):
        st.session_state.people = pd.DataFrame({"name": ["Eve"], "age": [7]})
        st.rerun()
    if st.button("Begin again"):
        del st.session_state.people
        st.rerun()

    if st.button("Delete all"):
        for key in list(st.session_state):
            del st.session_state[key]
        st.rerun()
    st.button("Clear", on_click=st.session_state.clear)
    st.button("Look")


def other() -> None:
    st.write("another page")


def team() -> None:
    start = pd.DataFrame({"name": ["Ada", "Bob", "Cy", "Dee"]})
    table = session.keep_edits(start, key="team", num_rows="dynamic")
    st.write(f"team is {table['name'].fillna('').to_dict()}")


pages = [
    st.Page(home, title="Home", default=True),
    st.Page(other, title="Other"),
    st.Page(team, title="Team"),
]
page = st.navigation(pages)
with url_session() as session:
    page.run()
