"""`url_session_apptest`: an app in AppTest with continuity on, as the author of an app uses it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component import ConfigurationError
from fluxlit_component.testing import AppTestServer
from tests.testing.form import FILLED_IN, Open, fill_in, form


def forgets_its_query() -> None:
    """An app that clears its query parameters in every run."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session():
        st.query_params.clear()
        st.text_input("Name", key="name")


def test_a_reload_brings_everything_back(url_session_apptest: Open) -> None:
    """A new Streamlit session in the same tab: same id, same values, in the widgets too."""
    tab = url_session_apptest(form)
    fill_in(tab)
    sid, before = tab.sid, tab.at
    tab.reload()
    assert tab.at is not before
    assert tab.sid == sid
    assert tab.stored == FILLED_IN
    assert tab.at.text_input(key="name").value == "Ada"
    assert tab.at.slider(key="range").value == (5, 95)
    assert tab.at.markdown[0].value == "count 1, ready"
    assert not tab.at.exception


def test_another_visitor_sees_nothing_of_it(url_session_apptest: Open) -> None:
    """A tab, an id and a state of its own in the same store."""
    tab = url_session_apptest(form)
    fill_in(tab)
    other = tab.new_visitor()
    assert other.sid != tab.sid
    assert other.at.text_input(key="name").value == ""
    other.at.text_input(key="name").set_value("Grace")
    other.run().reload()
    assert tab.reload().at.text_input(key="name").value == "Ada"
    assert other.at.text_input(key="name").value == "Grace"
    assert other.store is tab.store


def test_a_restarted_server_and_f5(url_session_apptest: Open) -> None:
    """What is in the store comes back, what Streamlit and its caches held is gone."""
    cached: list[int] = []

    def load() -> int:
        cached.append(1)
        return len(cached)

    cached_load = st.cache_resource(load)
    tab = url_session_apptest(form)
    fill_in(tab)
    assert (cached_load(), cached_load()) == (1, 1)
    store = tab.store
    tab.restart_server().reload()
    assert tab.store is not store
    assert tab.stored == FILLED_IN
    assert tab.at.multiselect(key="tags").value == ["c", "a"]
    assert cached_load() == 2


def test_a_restarted_server_without_f5(url_session_apptest: Open) -> None:
    """The page stays, with what was typed before and after; the next run knows all of it."""
    tab = url_session_apptest(form)
    fill_in(tab)
    sid = tab.sid
    tab.restart_server()
    assert tab.at.text_input(key="name").value == "Ada"
    tab.at.text_input(key="name").set_value("Grace")
    tab.at.button[0].click()
    tab.run()
    assert not tab.at.exception
    assert tab.sid == sid
    assert tab.stored == {**FILLED_IN, "name": "Grace", "count": 2}
    assert tab.reload().at.text_input(key="name").value == "Grace"


def test_a_click_may_be_the_first_thing_after_a_restart(url_session_apptest: Open) -> None:
    """Elements of the old page run the new session."""
    tab = url_session_apptest(form)
    fill_in(tab)
    tab.restart_server().at.button[0].click().run()
    assert tab.at.markdown[0].value == "count 2, ready"


def test_a_form_outlives_the_restart(url_session_apptest: Open) -> None:
    """What was sent is there in the next run, what was typed since is sent with the form."""

    def app() -> None:
        import streamlit as st

        from fluxlit_component import url_session

        with url_session():
            with st.form("form"):
                st.text_input("Name", "Ada", key="name")
                st.form_submit_button("Send")
            st.write(st.session_state.name)

    tab = url_session_apptest(app)
    assert tab.restart_server().run().at.markdown[0].value == "Ada"
    tab.at.text_input(key="name").input("Bob")
    tab.at.button[0].click()
    assert tab.run().restart_server().run().at.markdown[0].value == "Bob"
    tab.at.text_input(key="name").input("Cleo")
    tab.restart_server().at.button[0].click()
    assert tab.run().at.markdown[0].value == "Cleo"
    assert tab.reload().at.markdown[0].value == "Cleo"


def test_every_tab_outlives_the_restart(url_session_apptest: Open) -> None:
    """There is one server, whoever restarts it."""
    first, second = url_session_apptest(form), url_session_apptest(form)
    fill_in(first)
    fill_in(second)
    first.restart_server()
    assert first.run().at.markdown[0].value == "count 1, ready"
    assert second.run().at.markdown[0].value == "count 1, ready"


def test_an_app_that_clears_its_query_is_remembered(url_session_apptest: Open) -> None:
    """The tab keeps the id, as the browser does."""
    tab = url_session_apptest(forgets_its_query)
    tab.at.text_input(key="name").set_value("Ada").run()
    assert tab.reload().at.text_input(key="name").value == "Ada"


def test_the_query_of_the_app_and_its_secrets_are_kept(url_session_apptest: Open) -> None:
    """Parameters stay over a reload; a new visitor has their own, and the same secrets."""
    tab = url_session_apptest(form, query_params={"tag": "a"}, secrets={"key": "value"})
    assert tab.reload().at.query_params["tag"] in ("a", ["a"])
    assert dict(tab.at.secrets) == {"key": "value"}
    other = tab.new_visitor(query_params={"tag": "b"})
    assert other.at.query_params["tag"] in ("b", ["b"])
    assert dict(other.at.secrets) == {"key": "value"}


def deep_link() -> None:
    """An app that takes each parameter of its address as a start value, and shows what it has."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session():
        for key, value in st.query_params.items():
            st.session_state.setdefault(key, value)
        st.text_input("Name", key="name")
        st.write(f"{sorted(st.session_state)} {st.query_params.to_dict()}")


def test_the_app_does_not_see_the_id(url_session_apptest: Open) -> None:
    """As in a browser: not in its query, nor in a state that is made of the query, after F5 neither."""
    tab = url_session_apptest(deep_link, query_params={"view": "b"})
    first = tab.at.markdown[0].value
    tab.at.text_input(key="name").set_value("Ada").run()
    tab.reload()
    tab.restart_server().run().reload()
    assert tab.at.markdown[0].value == first
    assert set(tab.at.query_params) == {"view"}
    assert tab.stored == {"name": "Ada", "view": "b"}


def test_a_link_with_an_id_is_followed(url_session_apptest: Open) -> None:
    """What a visitor's own address names is read from it, and the tab stays there."""
    tab = url_session_apptest(form)
    fill_in(tab)
    other = tab.new_visitor(query_params={"fluxlit_sid": tab.sid})
    assert other.sid == tab.sid
    assert other.reload().at.text_input(key="name").value == "Ada"


@pytest.mark.parametrize("name", ["FLUXLIT_TESTS", "FLUXLIT_DISABLE_URL_SESSION"])
def test_a_server_without_pytest_has_the_session_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As long as it is open, whatever is set around it; then all is as it was."""
    monkeypatch.setenv(name, "1")
    before = dict(os.environ)
    with AppTestServer(tmp_path / "sessions.db") as server:
        tab = server.open(form)
        fill_in(tab)
        assert tab.reload().at.markdown[0].value == "count 1, ready"
    assert dict(os.environ) == before
    assert AppTest.from_function(form, default_timeout=30).run().markdown[0].value == "count 0, disabled"


def test_a_server_that_is_not_open_says_so(tmp_path: Path) -> None:
    """Not a session that is silently off."""
    with pytest.raises(ConfigurationError, match="with AppTestServer"):
        AppTestServer(tmp_path / "sessions.db").open(form)


@pytest.mark.parametrize("given", [{"query_params": "a=1"}, {"secrets": "a"}])
def test_what_a_visit_brings_are_names_with_values(url_session_apptest: Open, given: Any) -> None:
    """A text in their place is named."""
    with pytest.raises(ConfigurationError, match=f"{next(iter(given))} takes names with values, not str"):
        url_session_apptest(form, **given)


def test_an_app_that_is_not_there(url_session_apptest: Open) -> None:
    """The message says where it was looked for."""
    with pytest.raises(FileNotFoundError, match=r"no app .nowhere\.py. in .*tests"):
        url_session_apptest("nowhere.py")
