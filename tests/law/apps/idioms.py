"""Idioms around `st.session_state`: guards, defaults, copies, sweeps."""

from __future__ import annotations

import enum

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def update_with_itself() -> None:
    """Two pages whose fields are kept by assigning the state to itself."""

    def first() -> None:
        st.session_state.update(st.session_state)
        st.text_input("City", key="city")
        st.toggle("Aloud", key="aloud")

    def second() -> None:
        for key, value in st.session_state.items():
            st.session_state[key] = value
        st.write(f"city is {st.session_state.get('city') or 'unset'}")

    page = st.navigation([st.Page(first, default=True), st.Page(second)])
    with url_session():
        page.run()


@app()
def kept_above_the_session() -> None:
    """The state is assigned to itself in the first line, before the session."""
    st.session_state.update(st.session_state)
    with url_session():
        if st.toggle("Hide", key="hide"):
            st.write(f"city is {st.session_state.get('city', 'unset')}")
        else:
            st.text_input("City", key="city")
            st.multiselect("Days", ["Mon", "Tue"], key="days")
        st.write(f"days {st.session_state.get('days', [])}")


@app()
def defaults_first() -> None:
    """Every key has its default from a dict, widgets among them have none of their own."""
    with url_session():
        for key, value in {"volume": 3, "station": "jazz", "muted": False, "log": []}.items():
            st.session_state.setdefault(key, value)
        st.slider("Volume", 0, 10, key="volume")
        st.selectbox("Station", ["news", "jazz", "folk"], key="station")
        st.checkbox("Muted", key="muted")
        if st.button("Note"):
            st.session_state.log.append((st.session_state.station, st.session_state.volume))
        st.write(st.session_state.log)


@app()
def everything_shown() -> None:
    """The whole state is written onto the page, after the widgets."""
    with url_session():
        st.session_state["visits"] = st.session_state.get("visits", 0) + 1
        st.text_input("Motto", key="motto")
        st.toggle("Public", key="public")
        st.write({key: st.session_state[key] for key in sorted(st.session_state)})
        st.write(len(st.session_state))


@app()
def sweep_all() -> None:
    """A button in the sidebar deletes every key in the middle of a run."""
    with url_session():
        if st.sidebar.button("Reset all"):
            for key in st.session_state.keys():  # noqa: SIM118 - as people write it
                del st.session_state[key]
            st.rerun()
        if "seed" not in st.session_state:
            st.session_state.seed = 7
        st.number_input("Seed", step=1, key="seed")
        st.text_input("Label of the run", key="label")
        if st.button("Run it"):
            st.session_state.result = f"{st.session_state.label}: {st.session_state.seed * 2}"
        st.write(st.session_state.get("result", "not run"))


@app()
def shadow_keys() -> None:
    """A field on one of two pages keeps its value under a second key, as the documentation advises."""

    def store(key: str) -> None:
        st.session_state[key] = st.session_state["_" + key]

    def load(key: str) -> None:
        if key in st.session_state:
            st.session_state["_" + key] = st.session_state[key]

    def one() -> None:
        load("colour")
        st.selectbox("Colour", ["red", "blue"], key="_colour", on_change=store, args=["colour"])
        load("size")
        st.number_input("Size", key="_size", on_change=store, args=["size"])

    def two() -> None:
        st.write(st.session_state.get("colour"), st.session_state.get("size"))
        if st.button("Forget size"):
            st.session_state.pop("size", None)

    with url_session():
        st.navigation([st.Page(one, default=True), st.Page(two)]).run()


@app()
def without_block() -> None:
    """`url_session()` without `with`, and widgets of all sorts after it."""
    url_session()
    if "clicks" not in st.session_state:
        st.session_state.clicks = 0
    if st.button("Click me"):
        st.session_state.clicks += 1
    st.write(f"{st.session_state.clicks} clicks")
    st.text_input("Free text", key="free")
    if st.session_state.free:
        st.radio("Only then", ["x", "y"], key="only_then")


@app()
def widgets_after_block() -> None:
    """Some widgets are drawn after the block has been left, some in the sidebar before it."""
    st.sidebar.text("before")
    with url_session():
        st.checkbox("In the block", key="inside")
        st.session_state.seen = [*st.session_state.get("seen", []), st.session_state.inside][-2:]
    st.text_input("After the block", key="after")
    if st.button("Count after"):
        st.session_state.late = st.session_state.get("late", 0) + 1
    st.write(st.session_state.seen, st.session_state.get("late", 0), st.session_state.after)


@app()
def attribute_style() -> None:
    """A dataclass-like holder in one key, changed in place."""
    with url_session():
        if "app" not in st.session_state:
            st.session_state.app = {"tab": "a", "points": [], "opened": set()}
        app_state = st.session_state.app
        if st.button("Add point"):
            app_state["points"].append((len(app_state["points"]), "p"))
        for tab in ("a", "b"):
            if st.button(f"Open {tab}"):
                app_state["tab"] = tab
                app_state["opened"].add(tab)
        st.write(app_state["tab"], sorted(app_state["opened"]), len(app_state["points"]))


@app()
def reset_by_new_key() -> None:
    """Fields are emptied by giving them a new key."""
    with url_session():
        if "round" not in st.session_state:
            st.session_state.round = 0
        number = st.session_state.round
        st.text_input("Word", key=f"word_{number}")
        st.multiselect("Marks", ["a", "b", "c"], key=f"marks_{number}")
        if st.button("Empty the fields"):
            st.session_state.round += 1
            st.rerun()
        st.write(f"round {number}: {st.session_state[f'word_{number}']}")


@app()
def locked_by_flag() -> None:
    """A button below sets a flag. The next run fixes the values in place of the fields for them."""
    with url_session():
        if st.session_state.get("is_locked"):
            st.session_state.with_tax = False
            st.session_state.currency = "EUR"
        else:
            st.checkbox("With tax", key="with_tax")
            st.text_input("Currency", key="currency")
        st.write(st.session_state.with_tax, st.session_state.currency)
        if st.button("Lock"):
            st.session_state.is_locked = True
        if st.button("Unlock"):
            del st.session_state["is_locked"]
        st.button("Nothing")


@app()
def fields_by_stage() -> None:
    """A field below a flag that the bottom of the run sets; the value is popped in between."""
    with url_session():
        st.session_state.setdefault("stage", 0)
        if st.session_state.stage == 0:
            st.text_input("City", key="city")
            st.checkbox("Sure", key="sure")
        elif st.session_state.stage == 1:
            st.session_state.city = st.session_state.get("city", "") + "!"
            st.write(st.session_state.pop("sure", False))
        else:
            st.selectbox("City", ["", "x", "y"], key="city_choice")
            st.session_state.city = st.session_state.city_choice
        st.write(st.session_state.get("city"), st.session_state.stage)
        if st.button("Next"):
            st.session_state.stage = (st.session_state.stage + 1) % 3


@app()
def assigned_in_place_of_drawn() -> None:
    """A callback assigns what the next run does not draw."""

    def archive() -> None:
        st.session_state.archived = True
        st.session_state.note = "archived"
        st.session_state.public = False

    def restore() -> None:
        st.session_state.archived = False

    with url_session():
        if st.session_state.get("archived"):
            st.write(st.session_state.get("note", ""), st.session_state.get("public", False))
            st.button("Restore", on_click=restore)
        else:
            st.text_input("Note", key="note")
            st.checkbox("Public", key="public")
            st.button("Archive", on_click=archive)
        if st.button("Flip below"):
            st.session_state.archived = not st.session_state.get("archived")


@app()
def cleared_by_flag() -> None:
    """The bottom of the run says what the next one empties before it draws."""
    with url_session():
        if st.session_state.pop("empty", False):
            st.session_state.name = ""
            st.session_state.sure = False
            st.session_state.of = "a"
        st.text_input("Name", key="name")
        st.checkbox("Sure", key="sure")
        st.selectbox("Of", ["a", "b", "c"], key="of")
        if st.button("Empty next"):
            st.session_state.empty = True
        st.write(st.session_state.name, st.session_state.sure, st.session_state.of)


@app()
def values_under_a_flag() -> None:
    """A flag says that all values were set; a field for one of them is drawn when asked for."""
    with url_session():
        if "ready" not in st.session_state:
            st.session_state.ready, st.session_state.signature, st.session_state.copies = True, "nobody", 1
        if st.toggle("Edit", key="edit"):
            st.text_input("Signature", key="signature")
            st.number_input("Copies", 1, 9, key="copies")
        st.write(f"{st.session_state.signature} {st.session_state.copies + 1}")


@app()
def values_under_a_flag_on_pages() -> None:
    """The same, with the field on another page than the one that reads it."""

    def read() -> None:
        st.write(f"signed by {st.session_state.signature}")

    def settings() -> None:
        st.text_input("Signature", key="signature")

    page = st.navigation([st.Page(read, default=True), st.Page(settings)])
    with url_session():
        if "ready" not in st.session_state:
            st.session_state.ready, st.session_state.signature = True, "nobody"
        page.run()


class Level(enum.Enum):
    """A class of the app's own that nobody has registered: its members cannot be stored."""

    LOW = 1
    HIGH = 2


@app(needs_live_values=True)
def members_under_a_flag() -> None:
    """A member of the app's own class is set beside a flag, and is what its field shows by itself."""
    with url_session():
        if "ready" not in st.session_state:
            st.session_state.ready, st.session_state.level = True, Level.LOW
        st.write(f"level {st.session_state.level.name}")
        if st.toggle("Edit", key="edit"):
            st.radio("Level", list(Level), key="level", format_func=str)


@app(needs_live_values=True)
def members_below_the_block() -> None:
    """The field of a member of the app's own class is drawn after the block has been left."""
    with url_session():
        st.text_input("Title", key="title")
    st.radio("Level", list(Level), key="level", format_func=str)
    st.write(f"level {st.session_state.level.name}")
