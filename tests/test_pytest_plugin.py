"""The pytest plugin costs nobody anything: what it loads, how it is switched off, what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPORT = """
import sys

def pytest_sessionfinish(session):
    heavy = sorted({"streamlit", "playwright", "pydantic", "fluxlit_component.public"} & set(sys.modules))
    print(f"loaded: {heavy}, plugin: {session.config.pluginmanager.has_plugin('fluxlit')}")
"""
APP = """
import streamlit as st
from fluxlit_component import url_session

with url_session() as session:
    st.write(session.status)
"""
TEST = """
from pathlib import Path
from streamlit.testing.v1 import AppTest

def test_app():
    at = AppTest.from_file(str(Path(__file__).parent / "app.py"), default_timeout=30).run()
    assert at.markdown[0].value == {status!r}
"""
CONTRACT = """
import pytest
from fluxlit_component.testing import SessionStoreContract

class Wrong:
    def get(self, session_id): return {}
    def set(self, session_id, data, *, ttl_seconds=None): pass
    def delete(self, session_id): pass

class TestWrong(SessionStoreContract):
    @pytest.fixture
    def store(self):
        return Wrong()
"""


def run_pytest(folder: Path, *options: str, **files: str) -> str:
    """What pytest prints of a folder with these files. Playwright's own plugin is left out."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:playwright", "-p", "no:cacheprovider", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_it_loads_neither_streamlit_nor_playwright(tmp_path: Path) -> None:
    """A test suite that does not use it does not pay for it."""
    output = run_pytest(tmp_path, "-s", conftest=REPORT, test_a="def test_a(): pass")
    assert "loaded: [], plugin: True" in output


def test_a_plain_apptest_leaves_nothing_behind(tmp_path: Path) -> None:
    """As whoever tests an app runs it: pytest, nothing configured."""
    output = run_pytest(tmp_path, app=APP, test_app=TEST.format(status="disabled"))
    assert "1 passed" in output
    assert not (tmp_path / ".streamlit").exists()


def test_switched_off_apptest_leaves_nothing_behind_either(tmp_path: Path) -> None:
    """`-p no:fluxlit`: the fixtures are gone, and nothing else."""
    output = run_pytest(tmp_path, "-p", "no:fluxlit", app=APP, test_app=TEST.format(status="disabled"))
    assert "1 passed" in output
    assert not (tmp_path / ".streamlit").exists()


def test_a_broken_contract_explains_itself(tmp_path: Path) -> None:
    """The contracts' asserts are rewritten: the message shows the value, not only that it is wrong."""
    output = run_pytest(tmp_path, "-k", "unknown_session_is_none", test_store=CONTRACT)
    assert "assert {} is None" in output


def test_without_playwright_it_says_what_to_install(tmp_path: Path) -> None:
    """A browser fixture without the browser's plugin."""
    output = run_pytest(tmp_path, test_page="def test_page(continuity_page): pass")
    assert "pip install pytest-playwright" in output


@pytest.mark.parametrize("app", ["nowhere.py", "/nowhere.py"])
def test_an_app_that_is_not_there(tmp_path: Path, app: str) -> None:
    """The server fixture says where it has looked."""
    output = run_pytest(tmp_path, test_page=f"def test_page(streamlit_app): streamlit_app({app!r})")
    assert f"no app '{app}' in {tmp_path}" in output


def test_a_server_for_a_function(tmp_path: Path) -> None:
    """Only AppTest runs one: a server needs a path."""
    output = run_pytest(tmp_path, test_page="def test_page(streamlit_app): streamlit_app(print)")
    assert "a server needs a path" in output
