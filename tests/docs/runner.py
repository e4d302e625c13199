"""Runs one code block as a reader would: a Streamlit script under AppTest, anything else as plain Python."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import streamlit
from packaging.version import Version
from streamlit.testing.v1 import AppTest

from tests.docs.blocks import Block

_SECONDS = 30
_PAGE = "import streamlit as st\n\nst.write('a page')\n"


def skip_without(block: Block) -> None:
    """Skip a block whose needs this machine does not meet."""
    for need in filter(None, block.marks.get("needs", "").split(",")):
        name, _, least = need.strip().partition(" ")
        if name.startswith("st."):
            if not hasattr(streamlit, name.removeprefix("st.")):
                pytest.skip(f"Streamlit {streamlit.__version__} has no {name}")
            continue
        if name == "streamlit" and Version(streamlit.__version__) < Version(least):
            pytest.skip(f"needs Streamlit {least}")
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"needs {name}")


def run_app(block: Block, folder: Path) -> AppTest:
    """Run a Streamlit script twice, with the pages that it names beside it."""
    for name in filter(None, block.marks.get("app", "").split(",")):
        page = folder / name.strip()
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_PAGE, "utf-8")
    script = folder / "app.py"
    script.write_text(block.text, "utf-8")
    at = AppTest.from_file(str(script), default_timeout=_SECONDS)
    for _ in range(2):
        at.run()
        assert not at.exception, at.exception
    return at


def run_python(block: Block) -> None:
    """Run plain Python; its asserts count."""
    code = compile(block.text, str(block), "exec", dont_inherit=True)
    exec(code, {"__name__": "docs_block"})
