"""The recipes of docs/security.md, started for real: the header is sent, the log holds no id."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import streamlit

from fluxlit_component import new_session_id
from fluxlit_component.testing.server import free_port
from tests.docs.blocks import ROOT, Block, blocks_of

pytestmark = pytest.mark.slow
PAGE = list(blocks_of((ROOT / "docs/security.md").read_text("utf-8"), page="docs/security.md"))


def recipe(language: str, word: str) -> Block:
    """The block of the page that has this word in it."""
    (found,) = [block for block in PAGE if block.language == language and word in block.text]
    return found


@contextmanager
def running(*command: str, cwd: Path, log: Path) -> Iterator[None]:
    """A server, ended afterwards."""
    with log.open("wb") as out, subprocess.Popen(command, cwd=cwd, stdout=out, stderr=out) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


def policy_of(url: str) -> str:
    """The header of the page, as soon as the server is there."""
    waited = threading.Event()
    for _ in range(300):
        with (
            suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(url, timeout=10) as page,
        ):
            return str(page.headers["Referrer-Policy"])
        waited.wait(0.2)
    raise TimeoutError(url)


@pytest.mark.skipif(not hasattr(streamlit, "App"), reason="this Streamlit has no st.App")
def test_uvicorn(folder: Path) -> None:
    """`redact_logs()` and the middleware of the page, under uvicorn."""
    pytest.importorskip("uvicorn")
    (folder / "app.py").write_text(recipe("python", "redact_logs").text, "utf-8")
    (folder / "main.py").write_text("import streamlit as st\n\nst.write('here')\n", "utf-8")
    sid, port, log = new_session_id(), free_port(), folder / "log"
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port)]
    with running(*command, cwd=folder, log=log):
        assert policy_of(f"http://127.0.0.1:{port}/?fluxlit_sid={sid}&a=1") == "strict-origin"
    said = log.read_text("utf-8")
    assert "fluxlit_sid=<redacted>" in said
    assert sid not in said
