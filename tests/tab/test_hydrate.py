"""What a page load brings back, and how long it stays: as long as Streamlit would have kept it."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, UrlSession
from tests.visitor import Body, Visitor, assign, nothing

pytestmark = pytest.mark.usefixtures("forced")
can_select = pytest.mark.skipif(
    "selection_default" not in inspect.signature(st.dataframe).parameters,
    reason="before Streamlit 1.56 nobody can set a selection",
)


@pytest.fixture
def store() -> InMemorySessionStore:
    """A store that a test can look into."""
    return InMemorySessionStore()


def named(_: UrlSession) -> None:
    """An app with a text input."""
    st.text_input("Name", key="name")


def typed(store: InMemorySessionStore, body: Body = named, **options: Any) -> Visitor:
    """A visitor who has typed a name."""
    visitor = Visitor(body, store=store, **options)
    visitor.at.text_input(key="name").set_value("Ada").run()
    return visitor


# --- widgets that are not drawn any more ----------------------------------------------------------


def test_a_widget_that_is_not_drawn_after_f5_ends_as_after_a_rerun(store: InMemorySessionStore) -> None:
    """A dialog that F5 has closed: the value ends with the first run that does not draw its widget."""
    seen: list[object] = []
    visitor = typed(store).reload(lambda _: seen.append(st.session_state.get("name")))
    assert seen == ["Ada"]
    assert visitor.state == {}
    assert store.get(visitor.sid) == {}
    assert visitor.run(named).at.text_input(key="name").value == ""


def test_f5_twice_is_a_rerun_twice(store: InMemorySessionStore) -> None:
    """The value of a widget that the first of them did not draw is gone with the second."""
    assert typed(store).reload(nothing).reload(nothing).state == {}


@pytest.mark.parametrize("chosen", [True, "Ada"])
def test_what_the_app_assigns_instead_of_drawing_the_widget_stays_for_one_more_run(
    store: InMemorySessionStore, chosen: object
) -> None:
    """As after Rerun: from the next run on Streamlit counts the assigned value as the widget's."""

    def drawn(_: UrlSession) -> None:
        st.checkbox("Is", key="a") if chosen is True else st.text_input("Is", key="a")

    def assigned(_: UrlSession) -> None:
        st.session_state["a"] = "none"

    seen: list[object] = []
    visitor = Visitor(drawn, store=store)
    widget = visitor.at.checkbox if chosen is True else visitor.at.text_input
    widget(key="a").set_value(chosen).run()
    visitor = visitor.reload(assigned)
    assert visitor.state == store.get(visitor.sid) == {"a": "none"}
    visitor.run(lambda _: seen.append(st.session_state.get("a")))
    assert (seen, visitor.state, store.get(visitor.sid)) == (["none"], {}, {})


def test_a_run_that_begins_itself_sweeps_nothing_away(store: InMemorySessionStore) -> None:
    """`st.rerun()` before the widget: the next run still draws it with its value."""

    def body(_: UrlSession) -> None:
        if "ready" not in st.session_state:
            st.session_state["ready"] = True
            st.rerun()
        st.text_input("Name", key="name")

    visitor = Visitor(body, store=store, exclude=["ready"])
    visitor.at.text_input(key="name").set_value("Ada").run()
    assert visitor.reload().at.text_input(key="name").value == "Ada"


def test_a_plain_value_stays_though_no_widget_has_its_key(store: InMemorySessionStore) -> None:
    """It never was a widget's."""
    visitor = Visitor(assign(a=1), store=store).reload(nothing)
    assert visitor.run(nothing).run(nothing).state == {"a": 1}


def test_what_stood_beside_something_that_cannot_be_kept_waits_for_its_widget(
    store: InMemorySessionStore,
) -> None:
    """The widget may be away only because the client is: it is drawn with its value once there is one."""

    def body(_: UrlSession) -> None:
        if st.button("Connect", key="connect"):
            st.session_state["client"] = print
        if "client" in st.session_state:
            st.text_input("Name", key="name")

    visitor = Visitor(body, store=store, live_seconds=0)
    visitor.at.button(key="connect").click().run()
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.reload().run().run()
    assert not visitor.at.text_input
    assert store.get(visitor.sid) == {"name": "Ada"}
    visitor.at.button(key="connect").click().run()
    assert visitor.at.text_input(key="name").value == "Ada"
    visitor.run(nothing)
    visitor.run(nothing)
    assert store.get(visitor.sid) == {}, "drawn once it ends with its widget, as any other does"


# --- values that a widget does not take -----------------------------------------------------------


def choosing(*options: str) -> Body:
    """An app with a select box."""
    return lambda _: st.selectbox("Of", options, key="of")


def without_option(visitor: Visitor, *options: str) -> Visitor:
    """Reload the app without the option that was chosen."""
    visitor = visitor.reload(choosing(*options))
    if visitor.session.skipped or visitor.at.selectbox(key="of").value != options[0]:
        pytest.skip(f"Streamlit {st.__version__} raises, or shows what is not among the options")
    return visitor


def test_a_value_whose_options_come_later_is_offered_again(store: InMemorySessionStore) -> None:
    """Until the data is loaded by a click the box shows what it has, and the record keeps the choice."""
    visitor = Visitor(choosing("a", "b"), store=store)
    visitor.at.selectbox(key="of").set_value("b").run()
    visitor = without_option(visitor, "a").run()
    assert visitor.at.selectbox(key="of").value == "a"
    assert store.get(visitor.sid) == {"of": "b"}
    visitor.run(choosing("a", "b"))
    assert visitor.at.selectbox(key="of").value == "b"
    assert visitor.run().at.selectbox(key="of").value == "b"


def test_an_offered_value_gives_way_to_what_the_visitor_chooses(store: InMemorySessionStore) -> None:
    """From then on nothing is offered."""
    visitor = Visitor(choosing("a", "b", "c"), store=store)
    visitor.at.selectbox(key="of").set_value("b").run()
    visitor = without_option(visitor, "a", "c").run()
    visitor.at.selectbox(key="of").set_value("c").run()
    assert store.get(visitor.sid) == {"of": "c"}
    assert visitor.run(choosing("a", "b", "c")).at.selectbox(key="of").value == "c"


# --- keep_hidden= ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keep_hidden", "value"),
    [(False, ""), ((), ""), (["nam?"], "Ada"), ("name", "Ada"), (["other*"], ""), (True, "Ada")],
)
def test_hidden_widgets_keep_their_values_as_the_app_asks_for_it(
    store: InMemorySessionStore, keep_hidden: Any, value: str
) -> None:
    """All of them, or by the patterns of their keys; over runs, over F5, and over both."""
    visitor = typed(store, keep_hidden=keep_hidden)
    assert visitor.run(nothing).run(nothing).run(named).at.text_input(key="name").value == value
    visitor = visitor.run(nothing).reload(nothing).run(nothing)
    assert visitor.reload(nothing).run(named).at.text_input(key="name").value == value


def test_a_hidden_value_can_be_deleted(store: InMemorySessionStore) -> None:
    """While it is away it is a key like any other."""
    visitor = typed(store, keep_hidden=True).run(nothing).run(nothing)
    assert visitor.state == {"name": "Ada"}
    visitor.run(lambda _: st.session_state.pop("name"))
    assert store.get(visitor.sid) == {}
    assert visitor.run(named).at.text_input(key="name").value == ""


def test_what_a_callback_changes_in_place_is_not_put_back(store: InMemorySessionStore) -> None:
    """A plain value is no hidden widget's: it stands in the state, as the callback has left it."""

    def body(_: UrlSession) -> None:
        names = st.session_state.setdefault("names", [])
        st.button("Add", on_click=lambda: names.append("Ada"))

    visitor = Visitor(body, store=store, keep_hidden=True)
    visitor.at.button[0].click().run()
    visitor = visitor.reload()
    visitor.at.button[0].click().run()
    assert visitor.state["names"] == ["Ada", "Ada"]
    assert store.get(visitor.sid) == {"names": ["Ada", "Ada"]}


def test_an_untouched_widget_has_nothing_to_be_kept_while_it_is_hidden(store: InMemorySessionStore) -> None:
    """It comes back with the default that the app has then."""
    visitor = Visitor(lambda _: st.text_input("Name", "old", key="name"), store=store, keep_hidden=True)
    visitor.run(nothing).run(nothing)
    visitor.run(lambda _: st.text_input("Name", "new", key="name"))
    assert visitor.at.text_input(key="name").value == "new"


# --- selections in tables -------------------------------------------------------------------------


def cities(_: UrlSession) -> None:
    """An app with a table in which rows can be selected, unless it is hidden."""
    if not st.session_state.get("hide"):
        st.dataframe({"city": ["Oslo", "Lima"]}, key="table", on_select="rerun", selection_mode="multi-row")


def selected(store: InMemorySessionStore, **options: Any) -> Visitor:
    """A visitor whose app has selected a row."""
    visitor = Visitor(cities, store=store, **options)
    visitor.at.session_state["table"] = {"selection": {"rows": [1]}}
    return visitor.run()


def rows(visitor: Visitor) -> object:
    """What is selected, as Streamlit's own object tells it."""
    return visitor.at.session_state["table"].selection.rows


@can_select
def test_a_selection_waits_for_its_table(store: InMemorySessionStore) -> None:
    """It is saved before the table is drawn, and the first run ends before that."""

    def body(session: UrlSession) -> None:
        assert session.persist()
        if "ready" not in st.session_state:
            st.session_state["ready"] = True
            st.rerun()
        cities(session)

    after = selected(store).reload(body)
    assert rows(after) == [1]
    assert rows(after.reload(cities)) == [1]
    assert after.session.skipped == {}


@can_select
def test_a_selection_in_a_hidden_table_is_kept_as_the_app_asks_for_it(store: InMemorySessionStore) -> None:
    """By `keep_hidden=`, over runs and F5."""
    visitor = selected(store, keep_hidden=["table"])
    visitor.at.session_state["hide"] = True
    after = visitor.run().run().reload()
    assert after.session.skipped == {}
    after.at.session_state["hide"] = False
    assert rows(after.run()) == [1]
