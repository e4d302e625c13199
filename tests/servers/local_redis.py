"""A real `redis-server` for tests: free port and Unix socket, nothing kept on disk."""

from __future__ import annotations

import shutil
import subprocess

from tests.servers.local_server import LocalServer


class LocalRedis(LocalServer):
    """One server process; all it had is gone when it is killed.

    Args:
        args: further arguments of `redis-server`, for example ``"--maxmemory", "3mb"``.
    """

    program = "redis-server"

    def __init__(self, *args: str) -> None:
        super().__init__()
        self._args = args

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

    def _launch(self) -> subprocess.Popen[bytes]:
        configuration = self.folder / "redis.conf"  # a Sentinel writes to it
        configuration.touch()
        return self._run(
            shutil.which("redis-server") or shutil.which("valkey-server") or "redis-server",
            configuration,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", f"{self.folder}/redis.sock"),
            *("--save", "", "--appendonly", "no", "--dir", self.folder),
            *self._args,
        )

    def _answers(self) -> bool:
        return self._reply(b"PING\r\n").startswith((b"+PONG", b"-NOAUTH"))
