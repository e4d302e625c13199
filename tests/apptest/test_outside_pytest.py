"""AppTest without pytest: by unittest, in a script, in a notebook. No store file is left beside the app."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

APP = """
import streamlit as st
from fluxlit_component import url_session

with url_session() as session:
    st.text_input("Name", key="name")
    st.write(session.status)
"""
UNITTEST = """
import unittest
from streamlit.testing.v1 import AppTest

class TestApp(unittest.TestCase):
    def test_app(self):
        at = AppTest.from_file("app.py", default_timeout=30).run()
        at.text_input(key="name").set_value("Ada").run()
        self.assertEqual(at.markdown[0].value, "disabled")
"""
SCRIPT = """
from streamlit.testing.v1 import AppTest

at = AppTest.from_file("app.py", default_timeout=30).run()
at.text_input(key="name").set_value("Ada").run()
assert at.markdown[0].value == "disabled", at.markdown[0].value
"""
ASKED = """
from fluxlit_component.testing import set_testing
from streamlit.testing.v1 import AppTest

with set_testing(False):
    at = AppTest.from_file("app.py", default_timeout=30).run()
assert at.markdown[0].value == "ready", at.markdown[0].value
"""


CELL = "exec(compile(open('test_app.py').read(), '<cell>', 'exec'))"
"""As a notebook's kernel does it: the code has no file."""


def run_in(folder: Path, source: str, *options: str) -> set[str]:
    """The files that a fresh process leaves in the app's folder, which is its home, too."""
    (folder / "app.py").write_text(APP)
    (folder / "test_app.py").write_text(source)
    env = {name: value for name, value in os.environ.items() if not name.startswith("FLUXLIT_")}
    done = subprocess.run(
        [sys.executable, "-B", *options],
        cwd=folder,
        env={**env, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("source", "options"),
    [(UNITTEST, ("-m", "unittest", "test_app")), (SCRIPT, ("test_app.py",)), (SCRIPT, ("-c", CELL))],
)
def test_nothing_is_left_behind(tmp_path: Path, source: str, options: tuple[str, ...]) -> None:
    """The app runs as if the line were not there."""
    assert run_in(tmp_path, source, *options) == {"app.py", "test_app.py"}


def test_who_wants_continuity_says_so(tmp_path: Path) -> None:
    """Then the app's own store is used."""
    assert str(Path(".streamlit", "fluxlit_sessions.db")) in run_in(tmp_path, ASKED, "test_app.py")


def test_the_kit_needs_no_pytest(tmp_path: Path) -> None:
    """All but the contracts for stores are there where pytest is not installed."""
    blocked = "import sys; sys.modules['pytest'] = None\n"
    others = (
        "from fluxlit_component.testing import AppTestServer, ContinuityPage, LeakRecorder, StreamlitServer\n"
    )
    assert run_in(tmp_path, blocked + others + ASKED, "test_app.py") >= {"test_app.py"}
