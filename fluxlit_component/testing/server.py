"""A real `streamlit run` for tests: free port, log, run counter, restart, kill. Not for production."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen, TimeoutExpired
from typing import Final

from typing_extensions import Self

from fluxlit_component.arguments import of_type
from fluxlit_component.errors import ConfigurationError

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_PRINTED_URL: Final = re.compile(r"^ +(?:Local )?URL: https?://[^/\s]+(\S*)\s", re.MULTILINE)


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_store(file: Path | str) -> dict[str, str]:
    """Variables of a server that has the session on with this SQLite file, whatever is set around it."""
    return {
        "FLUXLIT_DISABLE_URL_SESSION": "",
        "FLUXLIT_FORCE_URL_SESSION_IN_TESTS": "1",
        "FLUXLIT_SESSION_STORE": "",
        "FLUXLIT_SESSION_SQLITE_PATH": str(file),
    }


class StreamlitServer:
    """One server process for one app; starts with `start()` or as a context manager.

    Args:
        script: path of the app.
        env: variables on top of those of this process.
        args: further arguments of `streamlit run`.
        cwd: working directory; default the script's folder.
        handshake: serve as `fluxlit-session run --no-freeze` does: the first run knows its session.
        freeze: serve as `fluxlit-session run` does by default: also freeze what is loaded.
    """

    def __init__(
        self,
        script: Path | str,
        *,
        env: Mapping[str, str] | None = None,
        args: Sequence[str] = (),
        cwd: Path | str | None = None,
        handshake: bool = False,
        freeze: bool = False,
    ) -> None:
        if isinstance(args, str) or not all(isinstance(arg, str) for arg in args):
            raise ConfigurationError("args takes a sequence of strings, such as shlex.split() makes")
        of_type(Mapping | None, "names with strings", env=env)
        self.script = Path(script).resolve()
        given = re.search(r"--server\.port[= ](\d+)", " ".join(args))
        self.port = int(given[1]) if given else free_port()
        self.env = dict(env or {})
        of_type(str, "a string", **self.env)
        self.args = tuple(args)
        self.handshake = "frozen" if freeze else "handshake" if handshake else "plain"
        self.cwd = Path(cwd) if cwd is not None else self.script.parent
        self._log = tempfile.NamedTemporaryFile(prefix="streamlit-", suffix=".log")  # noqa: SIM115
        self._count = tempfile.NamedTemporaryFile(prefix="streamlit-", suffix=".runs")  # noqa: SIM115
        self._process: Popen[bytes] | None = None
        path = re.search(r"--server\.baseUrlPath[= ](\S+)", " ".join(args))
        self._path = f"/{path[1].strip('/')}".rstrip("/") if path else ""  # until the server prints its own

    @property
    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The server's process; None: it does not run."""
        return self._process.pid if self._process is not None else None

    @property
    def runs(self) -> int:
        """Full script runs of all tabs since the last `forget_runs`, over all starts of the server."""
        return Path(self._count.name).stat().st_size

    def forget_runs(self) -> None:
        """Begin to count anew."""
        os.truncate(self._count.name, 0)

    @property
    def url(self) -> str:
        """Where the app is, without a trailing slash; below `server.baseUrlPath`, as the server says."""
        return f"http://localhost:{self.port}{self._path}"

    @property
    def log(self) -> str:
        """Everything the server has printed so far, over all its starts."""
        return Path(self._log.name).read_text("utf-8", "replace")

    def start(self) -> Self:
        """Start and wait until the server is healthy. One that runs goes on.

        Raises:
            RuntimeError: its port is taken, it ended, or it is not healthy after a minute: with its log.
        """
        if self.is_running:
            return self
        with suppress(OSError), socket.create_connection(("localhost", self.port), timeout=1):
            raise RuntimeError(f"port {self.port} is not available: another server listens there")
        command = [
            *(sys.executable, str(_LAUNCHER), self._count.name),
            *(self.handshake, str(self.script)),
            *("--server.port", str(self.port), "--server.address", "localhost"),
            *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
            *("--server.fileWatcherType", "none", "--global.developmentMode", "false"),
            *self.args,
        ]
        self._process = self._spawn(command, {**os.environ, "PYTHONUNBUFFERED": "1", **self.env})
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self.is_running:
            if printed := _PRINTED_URL.search(self.log):
                self._path = printed[1].rstrip("/")
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        self.kill()
        raise RuntimeError(f"streamlit did not start:\n{self.log}")

    def _spawn(self, command: list[str], env: dict[str, str]) -> Popen[bytes]:
        return Popen(command, cwd=self.cwd, env=env, stdin=DEVNULL, stdout=self._log, stderr=STDOUT)

    def stop(self) -> None:
        """Ask the server to end, as Ctrl+C does, and wait for it."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server as an outage does: no handler runs."""
        self._end(signal.SIGKILL)

    def restart(self, *, kill: bool = True) -> None:
        """End the server (killed, unless told otherwise) and start it on the same port."""
        (self.kill if kill else self.stop)()
        self.start()

    def _end(self, sign: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(sign)
        try:
            process.wait(_STOP_SECONDS)
        except TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def close(self) -> None:
        """Kill the server and drop its log."""
        self.kill()
        self._log.close()
        self._count.close()

    def __exit__(self, *_: object) -> None:
        self.close()
