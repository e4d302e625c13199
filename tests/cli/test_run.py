"""`fluxlit-session run` is `streamlit run`: the same arguments, signals and exit codes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fluxlit_component.cli import launch
from fluxlit_component.cli.application import app
from fluxlit_component.testing.server import free_port

OURS = (sys.executable, "-m", "fluxlit_component", "run")
STREAMLITS = (sys.executable, "-m", "streamlit", "run")
SCRIPT = "import sys\nimport streamlit as st\nprint('given', sys.argv[1:])\nst.write('here')\n"


def ended(*command: str, cwd: Path) -> tuple[int, str]:
    """Exit code and last line of a command that ends by itself."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "arguments", [("absent.py",), ("app.txt",), ("app.py", "--server.nonsense", "1"), ("--", "absent.py")]
)
def test_what_cannot_be_run(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """The same words and the same exit code."""
    (tmp_path / "app.py").write_text(SCRIPT, "utf-8")
    ours, streamlits = (ended(*command, *arguments, cwd=tmp_path) for command in (OURS, STREAMLITS))
    assert ours == streamlits
    assert ours[0] != 0


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_signals_and_options(signal_number: signal.Signals, tmp_path: Path) -> None:
    """Options of the file and of the command line hold, and it ends as `streamlit run` does."""
    (tmp_path / "app.py").write_text(SCRIPT, "utf-8")
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text('[server]\nheadless = true\nbaseUrlPath = "below"\n')
    codes = []
    for command in (OURS, STREAMLITS):
        port = free_port()
        line = [*command, "app.py", "--server.port", str(port), "--", "--mine"]
        with subprocess.Popen(
            line, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                _wait_for(f"http://localhost:{port}/below/_stcore/health")
                process.send_signal(signal_number)
                codes.append(process.wait(60))
            finally:
                process.kill()
    assert codes[0] == codes[1]


def _wait_for(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nobody answers at {url}")


def test_a_streamlit_that_cannot_is_run_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says so, and all arguments are handed on."""
    ran: list[list[str]] = []
    monkeypatch.setattr(launch, "serves_asgi", lambda _: False)
    monkeypatch.setattr(launch, "streamlit_run", ran.append)
    monkeypatch.setattr(launch, "freeze_when_loaded", lambda: pytest.fail("not asked for"))
    result = CliRunner().invoke(app, ["run", "--no-freeze", "app.py", "--server.port", "1", "--", "--mine"])
    assert result.exit_code == 0
    assert ran == [["app.py", "--server.port", "1", "--", "--mine"]]
    assert "1.57" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_what_reads_commands_is_not_loaded_into_the_process_of_an_app(tmp_path: Path) -> None:
    """Each garbage collection of that process, of which Streamlit has one a run, would look at it."""
    code = (
        "import sys\n"
        "from fluxlit_component.cli import launch, main\n"
        "launch.streamlit_run = lambda given: print(given, {'typer', 'rich'} & sys.modules.keys())\n"
        "sys.argv = ['fluxlit-session', 'run', 'app.py', '--mine']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "['app.py', '--mine'] set()"
