"""Several pages by `st.navigation`: fields that come and go with them, deletes from elsewhere."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def three_pages() -> None:
    """Pages that share plain values and have fields of their own."""

    def collect() -> None:
        st.text_input("Place", key="place")
        if st.button("Collect") and st.session_state.place:
            st.session_state.setdefault("places", []).append(st.session_state.place)

    def look() -> None:
        st.write(st.session_state.get("places", []))
        st.checkbox("Sorted", key="sorted")
        st.write(st.session_state.get("place", "no place"))

    def settings() -> None:
        st.select_slider("Theme", ["light", "grey", "dark"], key="theme")
        if st.button("To the places"):
            st.switch_page(second)

    first, second, third = st.Page(collect, default=True), st.Page(look), st.Page(settings)
    page = st.navigation([first, second, third])
    with url_session():
        page.run()
        st.sidebar.write(len(st.session_state.get("places", [])))


@app()
def switched_by_button() -> None:
    """Buttons lead from page to page; fields around all pages, above and below them, and some of one page."""

    def first() -> None:
        st.text_input("From", key="from")
        if st.button("To the second"):
            st.switch_page(second_page)
        st.checkbox("Return", key="return")

    def second() -> None:
        st.write(st.session_state.get("from"), st.session_state.get("return"))
        if st.button("To the first"):
            st.switch_page(first_page)
        st.text_input("Via", key="via")

    first_page, second_page = st.Page(first, default=True), st.Page(second)
    with url_session():
        page = st.navigation([first_page, second_page])
        st.sidebar.text_input("Who", key="who")
        page.run()
        st.sidebar.slider("Seats", 1, 5, key="seats")
        st.write(st.session_state.who, st.session_state.seats)


@app()
def known_elsewhere() -> None:
    """A page that asks for what was chosen on the other one."""

    def choose() -> None:
        st.toggle("Agreed", key="agreed")
        st.slider("Level", 0, 5, key="level")

    def look() -> None:
        st.write(str(st.session_state.get("agreed")), str(st.session_state.get("level")))

    page = st.navigation([st.Page(choose, default=True), st.Page(look)])
    with url_session():
        st.sidebar.checkbox("Aloud", key="aloud")
        page.run()


@app()
def kept_by_assigning_it_to_itself() -> None:
    """A page keeps the value of a field on another page, which had taken over a plain one."""
    ss = st.session_state

    def customer() -> None:
        if st.button("Find"):
            ss.town = "Oslo"
        st.button("Edit", on_click=lambda: ss.update(edit=True))
        if ss.get("edit"):
            st.text_input("Town", key="town")

    def report() -> None:
        if "town" in ss:
            ss.town = ss.town
        st.write(f"town {ss.get('town')}")

    with url_session():
        st.navigation([st.Page(customer, default=True), st.Page(report)]).run()


def assigned_before_a_rerun_on_another_page() -> None:
    """One page's field is assigned on another one, by a run that `st.rerun()` ends; see `test_exceptions`."""
    ss = st.session_state

    def settings() -> None:
        st.selectbox("Size", ["S", "M"], key="size")

    def shop() -> None:
        if st.button("Take M"):
            ss.size = "M"
            st.rerun()
        st.write(f"size {ss.get('size')}")

    with url_session():
        ss.setdefault("visits", 1)
        st.navigation([st.Page(settings, default=True), st.Page(shop)]).run()


def assigned_from_another_page() -> None:
    """A callback assigns to the field of a page that is not shown. See `test_exceptions`."""

    def name() -> None:
        st.text_input("Name", key="name")

    def look() -> None:
        st.button("Reset", on_click=lambda: st.session_state.update(name="reset"))
        st.checkbox("Note", key="note")
        st.write(str(st.session_state.get("name")))

    page = st.navigation([st.Page(name, default=True), st.Page(look)])
    with url_session():
        st.session_state.setdefault("opened", 1)
        page.run()


@app()
def start_over_from_sidebar() -> None:
    """The field is on a page, the button that deletes everything in the sidebar of all pages."""

    def begin_anew() -> None:
        for key in list(st.session_state.keys()):
            del st.session_state[key]

    def entry() -> None:
        st.text_input("Name", key="name")
        st.radio("Size", ["S", "M", "L"], index=None, key="size")

    def review() -> None:
        st.write(st.session_state.get("name", "no name"), st.session_state.get("size", "no size"))

    page = st.navigation([st.Page(entry, default=True), st.Page(review)])
    with url_session():
        st.sidebar.button("Start over", on_click=begin_anew)
        page.run()


@app()
def common_sidebar() -> None:
    """Widgets in the frame of all pages, and the same key on two pages."""

    def one() -> None:
        st.number_input("Amount", 0, 10, key="amount")

    def two() -> None:
        st.number_input("Amount", 0, 10, key="amount")
        st.write(f"{st.session_state.amount} {st.session_state.unit}")

    page = st.navigation({"Main": [st.Page(one, default=True)], "More": [st.Page(two)]})
    with url_session():
        st.sidebar.selectbox("Unit", ["kg", "lb"], key="unit")
        st.sidebar.toggle("Wide", key="wide")
        page.run()
        if st.session_state.wide:
            st.text_area("Wide notes", key="wide_notes")


@app()
def session_before_navigation() -> None:
    """The session comes first: which pages there are depends on the state."""

    def home() -> None:
        if st.button("Unlock"):
            st.session_state.unlocked = True
            st.rerun()

    def secret() -> None:
        st.text_input("Secret word", key="secret_word")
        if st.button("Lock"):
            del st.session_state.unlocked
            st.rerun()

    with url_session():
        pages = [st.Page(home, default=True)]
        if st.session_state.get("unlocked"):
            pages.append(st.Page(secret))
        st.navigation(pages).run()


@app()
def delete_on_other_page() -> None:
    """A page lists the keys of the other and deletes them one by one."""

    def fill() -> None:
        st.text_input("Alpha", key="alpha")
        st.session_state.setdefault("beta", 2)
        if st.button("Raise beta"):
            st.session_state.beta += 1
        st.write(st.session_state.beta)

    def tidy() -> None:
        for key in ("alpha", "beta"):
            if key in st.session_state and st.button(f"Delete {key}"):
                del st.session_state[key]
                st.rerun()
        st.write([key for key in ("alpha", "beta") if key in st.session_state])

    page = st.navigation([st.Page(fill, default=True), st.Page(tidy)])
    with url_session():
        page.run()


@app()
def query_and_state() -> None:
    """A tab kept in the query of the address, the rest in the state."""
    with url_session():
        here = st.query_params.get("tab", "one")
        for name in ("one", "two"):
            if st.button(f"Tab {name}"):
                st.query_params["tab"] = name
                here = name
        st.text_input(f"Notes of {here}", key=f"notes_{here}")
        st.write(f"in {here}")
