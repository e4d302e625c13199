"""Lists that are edited: records with an edit page, things to do, rows that come and go."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@st.cache_resource
def database() -> dict[int, str]:
    """Stands for a table in a database."""
    return {1: "One", 2: "Two"}


@app()
def edit_page() -> None:
    """A list with an edit page for each record."""

    def listing() -> None:
        for number in database():
            if st.button(f"Edit {number}"):
                st.session_state.number = number
                st.switch_page(edit_one)
        st.write(f"stored {database()}")

    def edit() -> None:
        number = st.session_state.get("number", 1)
        st.text_input("Title", value=database()[number], key="title")
        if st.button("Save"):
            database()[number] = st.session_state.title
            st.switch_page(home)

    home, edit_one = st.Page(listing, default=True), st.Page(edit, url_path="edit")
    page = st.navigation([home, edit_one])
    with url_session():
        page.run()


@app()
def prefilled_before_a_rerun() -> None:
    """What is edited is assigned by the run before the one that draws its field."""
    with url_session():
        ss = st.session_state
        if ss.get("editing"):
            st.text_input("Title", key="title")
            st.button("Done", on_click=lambda: ss.update(editing=False))
        elif st.button("Edit"):
            ss.title, ss.editing = "One", True
            st.rerun()
        elif st.button("New"):
            ss.editing = True
            st.rerun()
        st.write(str(ss.get("title")))


@app()
def prefilled_before_a_switch() -> None:
    """The same with a page of its own for the field."""

    def listing() -> None:
        if st.button("Edit"):
            st.session_state.title = "One"
            st.switch_page(edit_one)
        if st.button("New"):
            st.switch_page(edit_one)
        st.write(str(st.session_state.get("title")))

    def edit() -> None:
        st.text_input("Title", key="title")
        if st.button("Done"):
            st.switch_page(home)

    home, edit_one = st.Page(listing, default=True), st.Page(edit, url_path="edit")
    page = st.navigation([home, edit_one])
    with url_session():
        page.run()


@app()
def common_board() -> None:
    """What all visitors write on is in the cache, and under a key for short."""
    with url_session():
        if "board" not in st.session_state:
            st.session_state.board = database()
        note = st.text_input("Note", key="note")
        if st.button("Write") and note:
            st.session_state.board[len(st.session_state.board) + 1] = note
        st.write(f"on the board {database()}")


@app()
def edit_in_place() -> None:
    """A table whose chosen row is edited below it, without pages."""
    with url_session():
        ss = st.session_state
        ss.setdefault("books", [{"title": "Emma", "read": False}, {"title": "Ulysses", "read": True}])
        for number, book in enumerate(ss.books):
            left, right = st.columns([3, 1])
            left.write(f"{book['title']} {'read' if book['read'] else 'unread'}")
            if right.button("Edit", key=f"edit_{number}"):
                ss.editing = number
        if (editing := ss.get("editing")) is not None:
            book = ss.books[editing]
            title = st.text_input("Title", value=book["title"], key=f"title_{editing}")
            read = st.checkbox("Read", value=book["read"], key=f"read_{editing}")
            save, cancel = st.columns(2)
            if save.button("Save"):
                ss.books[editing] = {"title": title, "read": read}
                ss.editing = None
                st.rerun()
            if cancel.button("Cancel"):
                ss.editing = None
                st.rerun()


@app()
def things_to_do() -> None:
    """Things are added by a text field that empties itself, ticked off, and cleared away."""

    def add() -> None:
        if st.session_state.new_thing:
            st.session_state.things.append(
                {"id": st.session_state.next_id, "text": st.session_state.new_thing}
            )
            st.session_state.next_id += 1
            st.session_state.new_thing = ""

    def clear_done() -> None:
        st.session_state.things = [
            t for t in st.session_state.things if not st.session_state[f"done_{t['id']}"]
        ]

    with url_session():
        if "things" not in st.session_state:
            st.session_state.things = []
            st.session_state.next_id = 1
        st.text_input("What is to be done?", key="new_thing", on_change=add)
        for thing in st.session_state.things:
            st.checkbox(thing["text"], key=f"done_{thing['id']}")
        done = sum(st.session_state[f"done_{thing['id']}"] for thing in st.session_state.things)
        st.caption(f"{done} of {len(st.session_state.things)} done")
        st.button("Clear what is done", on_click=clear_done, disabled=not done)


@app()
def people_count() -> None:
    """As many rows as a number says; all keys of the state are summed up."""
    with url_session():
        people = int(st.number_input("People", 1, 5, key="people"))
        for number in range(people):
            st.number_input(f"Age {number}", 0, 120, key=f"age_{number}")
        ages = [value for key, value in st.session_state.items() if key.startswith("age_")]
        st.button("Count again")
        st.write(f"{len(ages)} ages, sum {sum(ages)}")


@app()
def rows_by_counter() -> None:
    """Rows whose keys come from a counter; each can be removed."""

    def add_row() -> None:
        st.session_state.counter += 1
        st.session_state.rows.append(st.session_state.counter)

    def remove_row(row: int) -> None:
        st.session_state.rows.remove(row)
        del st.session_state[f"entry_{row}"]

    with url_session():
        if "rows" not in st.session_state:
            st.session_state["rows"] = [0]
            st.session_state["counter"] = 0
        for row in st.session_state.rows:
            entry, remove = st.columns([4, 1])
            entry.text_input("Entry", key=f"entry_{row}", label_visibility="collapsed")
            remove.button("Remove", key=f"remove_{row}", on_click=remove_row, args=(row,))
        st.button("Add row", on_click=add_row)
        st.write([st.session_state[f"entry_{row}"] for row in st.session_state.rows])


@app()
def basket() -> None:
    """A shop: quantities per ware in a dict of the state, a metric in the sidebar."""
    prices = {"Tea": 3.5, "Jam": 4.0, "Bread": 2.25}
    with url_session():
        basket = st.session_state.setdefault("basket", {})
        for ware, price in prices.items():
            name, plus, minus = st.columns(3)
            name.write(f"{ware} at {price}")
            if plus.button("+", key=f"plus_{ware}"):
                basket[ware] = basket.get(ware, 0) + 1
            if minus.button("-", key=f"minus_{ware}", disabled=not basket.get(ware)):
                basket[ware] -= 1
                if not basket[ware]:
                    del basket[ware]
                st.rerun()
        with st.sidebar:
            st.metric("Total", f"{sum(prices[w] * n for w, n in basket.items()):.2f}")
            code = st.text_input("Voucher", key="voucher")
            if code == "12":
                st.success("10% off")
            if st.button("Empty the basket"):
                st.session_state.basket = {}
                st.session_state.pop("voucher", None)
                st.rerun()
