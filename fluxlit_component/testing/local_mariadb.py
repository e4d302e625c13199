"""A real MariaDB server for tests, made in a temporary folder. Not for production.

MariaDB does not run as root unless it is told to, which is what happens here.
"""

from __future__ import annotations

import os
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

_START_SECONDS: Final = 30.0
_PATH: Final = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"


class LocalMariaDB:
    """One server with an empty database; starts with `start()` or as a context manager."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="fluxlit-mariadb-"))
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str | None:
        """Why there can be no server here, or None."""
        if None in {shutil.which(name, path=_PATH) for name in ("mariadbd", "mariadb-install-db")}:
            return "no mariadbd and mariadb-install-db: apt-get install mariadb-server"
        return None

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"mariadb+pymysql://root@127.0.0.1:{self.port}/sessions"

    def start(self) -> Self:
        """Make the database if there is none yet, start on the port it had before, wait until it answers."""
        data = self.folder / "data"
        place = ("--no-defaults", f"--datadir={data}", *(("--user=root",) if os.geteuid() == 0 else ()))
        if not data.exists():
            login = "--auth-root-authentication-method=normal"
            self._run("mariadb-install-db", *place, login, "--skip-test-db").wait()
            (data / "sessions").mkdir()  # a database is a folder
        listening = (f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.folder / 'socket'}")
        cheap = (
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-buffer-pool-size=32M",
            "--max-connections=200",
        )
        self._process = self._run("mariadbd", *place, *listening, *cheap)
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                self.kill()
                raise RuntimeError(f"mariadbd did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        """End the server at once, without a word to its clients; what was committed is kept."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def pause(self) -> None:
        """Make it hang."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """End a pause."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End the server and drop its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            command = [str(shutil.which(program, path=_PATH)), *arguments]
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _answers(self) -> bool:
        """Whether it greets who connects."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                return bool(probe.recv(1))
        except OSError:
            return False
