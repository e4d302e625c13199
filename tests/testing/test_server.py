"""`StreamlitServer`: a real server, found wherever its options put it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.testing import StreamlitServer
from fluxlit_component.testing.server import free_port


@pytest.mark.parametrize("way", ["two words", "one word", "variable", "file"])
def test_a_base_path_is_found_however_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """It is in the address, also after a restart, and the server does not count as silent."""
    monkeypatch.setattr("fluxlit_component.testing.server._START_SECONDS", 20)
    (tmp_path / "app.py").write_text("import streamlit as st\nst.write('here')\n")
    if way == "file":
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "config.toml").write_text('[server]\nbaseUrlPath = "tool"\n')
    args = {"two words": ("--server.baseUrlPath", "tool"), "one word": ("--server.baseUrlPath=tool",)}
    env = {"STREAMLIT_SERVER_BASE_URL_PATH": "tool"} if way == "variable" else {}
    with StreamlitServer(tmp_path / "app.py", args=args.get(way, ()), env=env) as server:
        assert server.url == f"http://localhost:{server.port}/tool"
        if way == "file":
            server.restart()


@pytest.mark.parametrize("between", [" ", "="])
def test_a_port_of_the_callers_own(tmp_path: Path, between: str) -> None:
    """It is the server's port, and no other is waited at."""
    port = free_port()
    (tmp_path / "app.py").write_text("import streamlit as st\nst.write('here')\n")
    with StreamlitServer(tmp_path / "app.py", args=f"--server.port{between}{port}".split()) as server:
        assert (server.port, server.url) == (port, f"http://localhost:{port}")
        first = server.pid
        assert server.start().pid == first  # one that runs goes on: nobody would end a second one


def test_a_port_that_another_server_has(tmp_path: Path) -> None:
    """The other one is healthy, but it is not this app: nothing is started."""
    (tmp_path / "app.py").write_text("import streamlit as st\nst.write('here')\n")
    with StreamlitServer(tmp_path / "app.py") as other:
        server = StreamlitServer(tmp_path / "app.py", args=["--server.port", str(other.port)])
        with pytest.raises(RuntimeError, match=f"port {other.port} is not available"):
            server.start()
        assert not server.is_running
        server.close()


def test_options_in_one_string_are_refused(tmp_path: Path) -> None:
    """Each of its characters would be an option."""
    with pytest.raises(ConfigurationError, match="shlex"):
        StreamlitServer(tmp_path / "app.py", args="--server.headless=true")


@pytest.mark.parametrize("given", [{"args": [1]}, {"env": ["A=1"]}])
def test_an_option_of_a_wrong_type_is_named(tmp_path: Path, given: Any) -> None:
    """Before anything is started."""
    with pytest.raises(ConfigurationError, match=r"^(args|env) takes "):
        StreamlitServer(tmp_path / "app.py", **given)
