"""A real MariaDB server for tests, made in a temporary folder.

MariaDB does not run as root unless it is told to, which is what happens here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

from tests.servers.local_server import LocalServer

_PATH: Final = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"


class LocalMariaDB(LocalServer):
    """One server with an empty database; what was committed is kept when it is killed."""

    program = "mariadbd"

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

    def _launch(self) -> subprocess.Popen[bytes]:
        data = self.folder / "data"
        place = ("--no-defaults", f"--datadir={data}", *(("--user=root",) if os.geteuid() == 0 else ()))
        if not data.exists():
            login = "--auth-root-authentication-method=normal"
            self._run(_path_of("mariadb-install-db"), *place, login, "--skip-test-db").wait()
            (data / "sessions").mkdir()  # a database is a folder
        listening = (f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.folder / 'socket'}")
        cheap = ("--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=32M")
        return self._run(_path_of("mariadbd"), *place, *listening, *cheap, "--max-connections=200")

    def _answers(self) -> bool:
        """Whether it greets who connects."""
        return bool(self._reply())


def _path_of(program: str) -> str:
    return shutil.which(program, path=_PATH) or program
