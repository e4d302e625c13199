"""`url_session_apptest`: an app in AppTest with continuity on, as the author of an app uses it."""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component import ConfigurationError, InMemorySessionStore, SQLiteSessionStore
from fluxlit_component.testing import AppTestServer, AppTestTab
from tests.three_methods import DictStore

Open = Callable[..., AppTestTab]


def form() -> None:
    """Widgets of several kinds, and a counter."""
    import datetime as dt

    import streamlit as st

    from fluxlit_component import url_session

    with url_session() as session:
        st.text_input("Name", key="name")
        st.number_input("Age", key="age", value=30)
        st.checkbox("Member", key="member")
        st.selectbox("Colour", ["red", "green", "blue"], key="colour")
        st.multiselect("Tags", ["a", "b", "c"], key="tags")
        st.slider("Range", 0, 100, (10, 20), key="range")
        st.radio("Size", ["S", "M"], key="size")
        st.date_input("Day", dt.date(2024, 1, 1), key="day")
        st.text_area("Notes", key="notes")
        if st.button("Count"):
            st.session_state.count = st.session_state.get("count", 0) + 1
        st.write(f"count {st.session_state.get('count', 0)}, {session.status}")


def other_store(store: object) -> None:
    """An app that names a store."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session(store):
        st.text_input("Name", key="name")


def forgets_its_query() -> None:
    """An app that clears its query parameters in every run."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session():
        st.query_params.clear()
        st.text_input("Name", key="name")


def original(store: object) -> None:
    """An app on the original functions."""
    import streamlit as st

    from fluxlit_component import hydrate_url_session, persist_url_session

    hydrate_url_session(st, store)
    st.text_input("Name", key="name")
    persist_url_session(st, store)


def fill_in(tab: AppTestTab) -> None:
    """What a visitor does."""
    at = tab.at
    at.text_input(key="name").set_value("Ada")
    at.checkbox(key="member").check()
    at.selectbox(key="colour").set_value("blue")
    at.multiselect(key="tags").set_value(["c", "a"])
    at.slider(key="range").set_range(5, 95)
    at.radio(key="size").set_value("M")
    at.date_input(key="day").set_value(dt.date(2024, 12, 31))
    at.text_area(key="notes").set_value("two\nlines")
    at.button[0].click()
    tab.run()


FILLED_IN = {
    "colour": "blue",
    "count": 1,
    "day": dt.date(2024, 12, 31),
    "member": True,
    "name": "Ada",
    "notes": "two\nlines",
    "range": (5, 95),
    "size": "M",
    "tags": ["c", "a"],
}


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


def test_every_tab_outlives_the_restart(url_session_apptest: Open) -> None:
    """There is one server, whoever restarts it."""
    first, second = url_session_apptest(form), url_session_apptest(form)
    fill_in(first)
    fill_in(second)
    first.restart_server()
    assert first.run().at.markdown[0].value == "count 1, ready"
    assert second.run().at.markdown[0].value == "count 1, ready"


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


def with_navigation() -> None:
    """An app that names its pages itself."""
    import streamlit as st

    st.navigation([st.Page(lambda: st.write("Home"), title="Home")]).run()


def test_f5_stays_on_the_page(url_session_apptest: Open, tmp_path: Path) -> None:
    """An app with a pages folder; each page is reloaded as itself, whatever ran in the process before.

    The widget of the page that the visitor has left is gone, as Streamlit leaves it.
    """
    url_session_apptest(with_navigation)
    app = "import streamlit as st\nfrom fluxlit_component import url_session\nwith url_session():\n    {}\n"
    (tmp_path / "pages").mkdir()
    (tmp_path / "main.py").write_text(app.format("st.text_input('Name', key='name')"))
    (tmp_path / "pages" / "second.py").write_text(app.format("st.checkbox('Agree', key='agree')"))
    tab = url_session_apptest(tmp_path / "main.py")
    tab.at.text_input(key="name").set_value("Ada").run()
    tab.at.switch_page("pages/second.py").run()
    tab.at.checkbox(key="agree").check().run()
    tab.reload()
    assert tab.at.checkbox(key="agree").value is True
    assert tab.stored == {"agree": True}


@pytest.mark.skipif(
    not hasattr(AppTest.from_string(""), "_finished_page_script_hash"),
    reason="AppTest of this release does not follow st.switch_page",
)
def test_after_f5_the_script_can_go_to_another_page(url_session_apptest: Open, tmp_path: Path) -> None:
    """The page that was asked for, by a reload or by `switch_page`, is asked for once."""
    (tmp_path / "main.py").write_text(
        "import streamlit as st\nfrom fluxlit_component import url_session\nwith url_session():\n"
        "    st.navigation([st.Page('list.py', default=True), st.Page('edit.py')]).run()\n"
    )
    (tmp_path / "list.py").write_text("import streamlit as st\nst.title('List')\n")
    (tmp_path / "edit.py").write_text(
        "import streamlit as st\nst.title('Edit')\nif st.button('Done'):\n    st.switch_page('list.py')\n"
    )
    tab = url_session_apptest(tmp_path / "main.py")
    tab.at.switch_page("edit.py")
    assert tab.run().reload().at.title[0].value == "Edit"
    tab.at.button[0].click()
    assert tab.run().at.title[0].value == "List"
    assert tab.run().at.title[0].value == "List"
    assert tab.reload().at.title[0].value == "List"


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


def test_an_app_that_is_not_there(url_session_apptest: Open) -> None:
    """The message says where it was looked for."""
    with pytest.raises(FileNotFoundError, match=r"no app .nowhere\.py. in .*tests"):
        url_session_apptest("nowhere.py")
