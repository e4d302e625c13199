"""Which store `url_session_apptest` uses, and what of it a test sees."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from fluxlit_component import InMemorySessionStore, SQLiteSessionStore
from tests.testing.form import FILLED_IN, Open, fill_in, form
from tests.three_methods import DictStore


def other_store(store: object) -> None:
    """An app that names a store."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session(store):
        st.text_input("Name", key="name")


def original(store: object) -> None:
    """An app on the original functions."""
    import streamlit as st

    from fluxlit_component import hydrate_url_session, persist_url_session

    hydrate_url_session(st, store)
    st.text_input("Name", key="name")
    persist_url_session(st, store)


@pytest.mark.parametrize("named", [None, "redis://never.invalid/0", "sqlite:///never-made.db"])
def test_a_store_named_by_url_is_not_touched(
    url_session_apptest: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    """The test has a store of its own, whatever the app and the settings say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLUXLIT_SESSION_STORE", "redis://never.invalid/1")
    monkeypatch.setenv("FLUXLIT_TESTS", "1")
    tab = url_session_apptest(other_store, args=(named,))
    tab.at.text_input(key="name").set_value("Ada").run()
    assert tab.reload().stored == {"name": "Ada"}
    assert isinstance(tab.store, SQLiteSessionStore)
    assert list(tmp_path.iterdir()) == []


def test_a_store_object_of_the_app_is_used(url_session_apptest: Open) -> None:
    """What the app made is what the test sees, unless the test names another."""
    mine, given = InMemorySessionStore(), InMemorySessionStore()
    tab = url_session_apptest(other_store, args=(mine,))
    tab.at.text_input(key="name").set_value("Ada").run()
    assert tab.store is mine
    other = url_session_apptest(other_store, args=(mine,), store=given)
    other.at.text_input(key="name").set_value("Grace").run()
    assert other.store is given
    assert given.get(other.sid or "") == {"name": "Grace"}


def test_a_store_in_memory_dies_with_the_server(url_session_apptest: Open) -> None:
    """`memory://` is the memory of that process."""
    tab = url_session_apptest(form, store="memory://")
    fill_in(tab)
    assert tab.reload().stored == FILLED_IN
    assert tab.restart_server().stored == {}


def with_options(**options: object) -> None:
    """An app that takes options of the session."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session(**options):
        st.text_input("Name", key="name")


@pytest.mark.parametrize(
    ("options", "store"),
    [({"param": "work"}, None), ({"seal": True}, None), ({"max_age_seconds": 60}, DictStore())],
    ids=["own query key", "sealed", "three methods"],
)
def test_what_is_stored_is_found(
    url_session_apptest: Open, monkeypatch: pytest.MonkeyPatch, options: dict[str, object], store: object
) -> None:
    """The values and nothing else, before and after a restart, also before anything runs."""
    monkeypatch.setenv("FLUXLIT_SEAL_KEYS", f"1:{base64.urlsafe_b64encode(b'k' * 32).decode()}")
    tab = url_session_apptest(with_options, kwargs=options, store=store)
    tab.at.text_input(key="name").set_value("Ada").run()
    sid = tab.sid
    assert tab.stored == {"name": "Ada"}
    tab.restart_server()
    assert tab.stored == {"name": "Ada"}
    assert tab.sid == sid
    assert tab.run().reload().stored == {"name": "Ada"}


def test_tabs_with_stores_of_their_own_stay_apart(url_session_apptest: Open) -> None:
    """`store=` is for the one tab, and for its new visitors; the next has the file of the test again."""
    first = url_session_apptest(form, store=InMemorySessionStore())
    fill_in(first)
    second = url_session_apptest(form, store=InMemorySessionStore())
    third = url_session_apptest(form)
    assert len({id(tab.store) for tab in (first, second, third)}) == 3
    assert first.run().reload().stored == FILLED_IN
    assert first.new_visitor().store is first.store
    assert isinstance(third.store, SQLiteSessionStore)


def test_the_original_functions(url_session_apptest: Open) -> None:
    """Their store is an object of the app: it is used as it is, unless the test names another."""
    mine, given = InMemorySessionStore(), InMemorySessionStore()
    tab = url_session_apptest(original, args=(mine,))
    tab.at.text_input(key="name").set_value("Ada").run()
    assert tab.reload().at.text_input(key="name").value == "Ada"
    assert tab.store is mine
    other = url_session_apptest(original, args=(mine,), store=given)
    other.at.text_input(key="name").set_value("Grace").run()
    assert other.stored == {"name": "Grace"}
