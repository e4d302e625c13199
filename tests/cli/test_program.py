"""The program as a whole: its commands, its bars, and the demo that it starts."""

from __future__ import annotations

import json
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

from fluxlit_component.identifier import stored_key
from fluxlit_component.testing.server import free_port


def test_help_names_commands_and_exit_codes(run: Callable[..., Any]) -> None:
    """The help lists all commands and says what the exit codes mean."""
    said = run("--help").stdout
    for command in ("demo", "doctor", "stats", "list", "show", "revoke", "purge", "migrate"):
        assert f" {command} " in said
    assert "Exit codes: 0" in said


@pytest.mark.skipif(os.name == "nt", reason="no POSIX terminal")
def test_bar_on_a_terminal_only(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    url_of: Callable[[str], str],
) -> None:
    """Long work shows a bar on a terminal, beside the result; elsewhere nothing but the result is printed."""
    url = url_of("sqlite")
    fill(opened(url), a=1)
    assert run("stats", "--store", url, "--json").stderr == ""
    terminal, end = os.openpty()
    command = [sys.executable, "-m", "fluxlit_component", "stats", "--store", url, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, check=True)
    assert b"Looking through" in os.read(terminal, 10_000)
    assert json.loads(done.stdout)["sessions"] == 1


def test_output_that_cannot_be_written(
    opened: Callable[[str], Any], fill: Callable[..., str], url_of: Callable[[str], str]
) -> None:
    """A key of another script is shown in a terminal that has only ASCII; a full disk is one sentence."""
    url = url_of("sqlite")
    name = fill(opened(url), größe=1)
    command = [sys.executable, "-m", "fluxlit_component", "show", stored_key(name)[:8], "--store", url]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
    done = subprocess.run(command, capture_output=True, env=ascii_only, check=True)
    assert rb"gr\xf6\xdfe" in done.stdout
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            failed = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
            helped = subprocess.run(
                [*command[:3], "--help"], stdout=full, stderr=subprocess.PIPE, check=False
            )
        for done in (failed, helped):
            assert done.returncode == 1
            assert done.stderr.decode().strip() == "the output could not be written: No space left on device"


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes the streams")
def test_streams_that_the_shell_has_closed(
    opened: Callable[[str], Any], fill: Callable[..., str], url_of: Callable[[str], str]
) -> None:
    """Without standard error the result is printed all the same; nobody to ask is no answer."""
    url = url_of("sqlite")
    name = stored_key(fill(opened(url), a=1))[:8]

    def said(words: str) -> subprocess.CompletedProcess[str]:
        line = f"{sys.executable} -m fluxlit_component {words}"
        env = {**os.environ, "FLUXLIT_SESSION_STORE": url}
        return subprocess.run(line, shell=True, capture_output=True, text=True, env=env, check=False)

    counted = said("stats --json 2>&-")
    assert (counted.returncode, json.loads(counted.stdout)["sessions"]) == (0, 1)
    asked = said(f"revoke {name} <&-")
    assert asked.returncode == 1
    assert "Aborted" in asked.stderr
    assert "Traceback" not in asked.stderr


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
