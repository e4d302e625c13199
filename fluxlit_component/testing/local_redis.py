"""A real `redis-server` for tests: free port and Unix socket, no files, kill, pause. Not for production."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from typing_extensions import Self

from fluxlit_component.testing.server import free_port

_START_SECONDS: Final = 20.0


class LocalRedis:
    """One server process that keeps nothing on disk; starts with `start()` or as a context manager.

    Args:
        args: further arguments of `redis-server`, for example ``"--maxmemory", "3mb"``.
    """

    def __init__(self, *args: str) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="fluxlit-redis-"))
        self._args = args
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str | None:
        """Why there can be no server here, or None."""
        found = shutil.which("redis-server") or shutil.which("valkey-server")
        return None if found else "no redis-server on PATH: apt-get install redis-server"

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket_url(self) -> str:
        """The same by its Unix socket."""
        return f"unix://{self.folder}/redis.sock"

    def start(self) -> Self:
        """Start, on the port it had before, and wait until it answers."""
        configuration = self.folder / "redis.conf"  # a Sentinel writes to it
        configuration.touch()
        command = [
            shutil.which("redis-server") or shutil.which("valkey-server") or "redis-server",
            str(configuration),
            *("--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", f"{self.folder}/redis.sock"),
            *("--save", "", "--appendonly", "no", "--dir", str(self.folder), "--logfile", "redis.log"),
            *self._args,
        ]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                self.kill()
                raise RuntimeError(f"redis-server did not start:\n{(self.folder / 'redis.log').read_text()}")
            time.sleep(0.01)
        return self

    def kill(self) -> None:
        """Kill the server as an outage does; all it had is gone."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def pause(self) -> None:
        """Make it hang: connections are still accepted by the system, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """End a pause."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Kill the server and drop its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _signal(self, sign: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(sign)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False
