"""AppTest with nothing set: the app runs as if the line were not there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fluxlit_component import ConfigurationError, InMemorySessionStore, RedisSessionStore, SQLiteSessionStore
from fluxlit_component.apptest import testmode
from fluxlit_component.testing import set_testing
from tests.three_methods import DictStore

APP = """
import streamlit as st
from fluxlit_component import url_session

with url_session({store}) as session:
    st.text_input("Name", key="name")
    st.write(session.status)
"""


def visit(folder: Path, store: str = "") -> AppTest:
    """Run an app beside which the default store would make its file."""
    script = folder / "app.py"
    script.write_text(APP.format(store=store))
    at = AppTest.from_file(str(script), default_timeout=30).run()
    assert not at.exception
    return at


def test_an_app_under_test_is_left_alone(tmp_path: Path) -> None:
    """No id, no component, no state of ours, no file; the app works."""
    at = visit(tmp_path)
    at.text_input(key="name").set_value("Ada").run()
    assert at.markdown[0].value == "disabled"
    assert not at.query_params
    assert "fluxlit_bridge" not in at.session_state
    assert [path.name for path in tmp_path.iterdir()] == ["app.py"]


def test_a_switch_that_is_off_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`FORCE=0` and empty variables are as good as none."""
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "0")
    monkeypatch.setenv("FLUXLIT_SESSION_STORE", "")
    assert visit(tmp_path).markdown[0].value == "disabled"


@pytest.mark.parametrize("url", ["redis://never.invalid/0", "sqlite:///never-made.db"])
def test_a_store_named_by_url_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """The tests of an app need none of its servers, and leave nothing in them."""
    monkeypatch.chdir(tmp_path)
    assert visit(tmp_path, repr(url)).markdown[0].value == "disabled"
    assert [path.name for path in tmp_path.iterdir()] == ["app.py"]


def test_the_environment_says_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Continuity is on as soon as a test forces it, denies to be one, or names a store."""
    for name, value in {
        "FLUXLIT_FORCE_URL_SESSION_IN_TESTS": "1",
        "FLUXLIT_TESTS": "0",
        "FLUXLIT_SESSION_STORE": "memory://",
        "FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "named.db"),
    }.items():
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            at = visit(tmp_path)
            assert at.markdown[0].value == "ready", name
            assert at.query_params, name


def test_a_store_that_is_handed_in_is_used(tmp_path: Path) -> None:
    """Who hands one in, an app or a test, means it; one whose server must be reached is not asked."""
    assert visit(tmp_path, "'memory://'").markdown[0].value == "ready"
    with closing(SQLiteSessionStore(tmp_path / "mine.db")) as in_a_file:
        for store, status in (
            (InMemorySessionStore(), "ready"),
            (in_a_file, "ready"),
            (DictStore(), "ready"),
            (RedisSessionStore.from_url("redis://127.0.0.1:9/0"), "disabled"),
        ):
            at = AppTest.from_function(with_store, args=(store,), default_timeout=30).run()
            assert at.markdown[0].value == status


def with_store(store: object) -> None:
    """An app that is handed a store."""
    import streamlit as st

    from fluxlit_component import url_session

    with url_session(store) as session:
        st.write(session.status)


def test_the_switch_by_hand(tmp_path: Path) -> None:
    """`set_testing(False)`: AppTest has continuity, which it has not by default."""
    assert testmode.is_testing
    with set_testing(False):
        assert visit(tmp_path).markdown[0].value == "ready"
    assert testmode.is_testing
    set_testing(False)
    assert not testmode.is_testing
    set_testing(True)
    assert visit(tmp_path).markdown[0].value == "disabled"


@pytest.mark.parametrize("testing", ["no", None, 0])
def test_the_switch_takes_true_or_false(testing: Any) -> None:
    """The text "no" would count as True."""
    with pytest.raises(ConfigurationError, match="testing takes True or False"):
        set_testing(testing)
    assert testmode.is_testing is True


def test_disabled_stays_disabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The switches that turn continuity off are not touched by any of this."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    with set_testing(False):
        assert visit(tmp_path, "'memory://'").markdown[0].value == "disabled"
