"""The servers of these tests: quick to start, and on ports that are used again.

A server is forked from a process that has loaded Streamlit already (`e2e/template.py`). Its port is the
lowest of this worker's that no other server has: the browser meets the same addresses again, and need not
fetch and compile Streamlit's files anew. A test of the start itself uses the `StreamlitServer` of the kit.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from fluxlit_component.testing import StreamlitServer

_TEMPLATE: Final = Path(__file__).with_name("template.py")
_PORTS: Final = 40
_FIRST_PORT: Final = 20_000
"""Below what the system hands out by itself, so that nobody else gets the port of a server that restarts."""
_CAN_FORK: Final = hasattr(os, "pidfd_open")
_taken: set[int] = set()


class AppServer(StreamlitServer):
    """A `StreamlitServer` as these tests start them by the dozen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.port = _take_port()

    def _spawn(self, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
        read_at_start = {name for name in env if name.startswith(("PYTHON", "LD_"))}
        read_at_start -= {"PYTHONPATH", "PYTHONUNBUFFERED"}
        if not _CAN_FORK or read_at_start - os.environ.keys() or self.handshake == "frozen":
            return super()._spawn(command, env)
        request = {"arguments": command[1:], "cwd": str(self.cwd), "env": env}
        template = _template()
        socket.send_fds(template, [json.dumps(request).encode()], [self._log.fileno()])
        answer, handles, _, _ = socket.recv_fds(template, 64, 1)
        if not answer:
            raise RuntimeError("the process that servers are forked from has ended")
        return _Forked(int(answer), handles[0])  # type: ignore[return-value]

    def close(self) -> None:
        """Kill the server, drop its log and give its port back."""
        super().close()
        _taken.discard(self.port)


class _Forked:
    """What `StreamlitServer` uses of a `Popen`, for a process whose parent is another."""

    def __init__(self, pid: int, handle: int) -> None:
        self.pid = pid
        self._handle = handle

    def __del__(self) -> None:
        os.close(self._handle)

    def _has_ended(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def poll(self) -> int | None:
        """None while it lives; how it ended only its parent knows."""
        return 0 if self._has_ended(0) else None

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for its end."""
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return 0

    def send_signal(self, sign: int) -> None:
        """Send it a signal."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, sign)

    def kill(self) -> None:
        """No handler runs."""
        self.send_signal(signal.SIGKILL)


@cache
def _template() -> socket.socket:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with there:
        process = subprocess.Popen(
            [sys.executable, str(_TEMPLATE), str(there.fileno())],
            pass_fds=[there.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )

    def end() -> None:
        here.close()
        process.wait()

    atexit.register(end)
    return here


@cache
def _ports() -> range:
    """Ports that no other worker uses, as long as this one lives."""
    for first in range(_FIRST_PORT, _FIRST_PORT + 100 * _PORTS, _PORTS):
        file = os.open(
            Path(tempfile.gettempdir()) / f"fluxlit-ports-{first}.lock", os.O_CREAT | os.O_RDWR, 0o666
        )
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
        else:
            return range(first, first + _PORTS)
    raise RuntimeError("all ports for tests are in use")


def _take_port() -> int:
    for port in _ports():
        if port not in _taken and _is_free(port):
            _taken.add(port)
            return port
    raise RuntimeError(f"all of {_ports()} are in use")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
