"""Agents drive the app without a browser: nobody waits for one, and nothing is written."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from fluxlit_component.testing import StreamlitServer

pytestmark = [
    pytest.mark.core,
    pytest.mark.skipif(tuple(map(int, st.__version__.split(".")[:2])) < (1, 67), reason="no agent API there"),
]
Serve = Callable[..., StreamlitServer]


@pytest.mark.parametrize("handshake", [True, False], ids=["handshake", "component"])
def test_the_first_snapshot_shows_the_page(serve: Serve, tmp_path: Path, *, handshake: bool) -> None:
    """The status says why nothing is kept, and there is not even an empty file."""
    file = tmp_path / "sessions.db"
    server = serve(
        "carrier.py",
        args=("--server.enableAgentApi", "true"),
        handshake=handshake,
        FLUXLIT_SESSION_SQLITE_PATH=str(file),
    )
    request = urllib.request.Request(
        f"{server.url}/_stcore/agent/interact", b"{}", {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        snapshot = json.load(response)
    text = json.dumps(snapshot)
    assert "status no-browser, new True True" in text
    assert '"key": "name"' in text
    assert "fluxlit" not in text
    assert not file.exists()
