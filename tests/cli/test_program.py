"""The program as a whole: its commands, its bars, and the demo that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from fluxlit_component.cli.output import size_text, span_text
from fluxlit_component.testing.server import free_port


def test_help_names_commands_and_exit_codes(run: Callable[..., Any]) -> None:
    """The help lists all commands and says what the exit codes mean."""
    said = run("--help").stdout
    for command in ("demo", "doctor", "stats", "list", "show", "revoke", "purge", "migrate"):
        assert f" {command} " in said
    assert "Exit codes: 0" in said


def test_bar_on_a_terminal_only(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    url_of: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Long work shows a bar on a terminal, beside the result; elsewhere nothing but the result is printed."""
    url = url_of("sqlite")
    fill(opened(url), a=1)
    assert run("stats", "--store", url, "--json").stderr == ""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich before 14 knows this word only
    seen = run("stats", "--store", url, "--json")
    assert "Looking through" in seen.stderr
    assert seen.json["sessions"] == 1


@pytest.mark.skipif(not hasattr(st, "space"), reason="the demo is drawn with Streamlit 1.51 or newer")
def test_demo(tmp_path: Path) -> None:
    """`fluxlit-session demo` says where the state is kept, and serves the demo app until it is stopped."""
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FLUXLIT_", "STREAMLIT_"))}
    command = [sys.executable, "-m", "fluxlit_component", "demo", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--server.headless=true"], cwd=tmp_path, env=env, stdout=output, stderr=output
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
    finally:
        process.kill()
        process.wait()
    assert f"keeps its state in {tmp_path}" in log.read_text()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers, or fail when it has ended."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                assert response.status == 200
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail("the demo did not answer")


def test_how_numbers_are_said() -> None:
    """Sizes and spans are said as people say them."""
    assert [size_text(size) for size in (0, 1023, 1536, 3 * 2**20, 5000 * 2**30)] == [
        *("0 B", "1023 B", "1.5 KiB", "3.0 MiB", "5000.0 GiB"),
    ]
    assert [span_text(span) for span in (None, 5, 150, 7200, 200_000, -300)] == [
        *("no end", "5 s", "2 min", "2 h", "2 d", "-5 min"),
    ]
