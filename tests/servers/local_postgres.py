"""A real PostgreSQL cluster for tests, made in a temporary folder.

PostgreSQL does not run as root: then it runs as the user that its Debian package made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import struct
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.servers.local_server import LocalServer

_USER: Final = "postgres"


class LocalPostgres(LocalServer):
    """One server with an empty database; what was committed is kept when it is killed."""

    program = "postgres"
    ending = signal.SIGQUIT

    def __init__(self, *settings: str) -> None:
        super().__init__()
        self._settings = settings

    @staticmethod
    def missing() -> str | None:
        """Why there can be no server here, or None."""
        if _folder_of_programs() is None:
            return "no initdb on PATH or in /usr/lib/postgresql: apt-get install postgresql"
        if os.geteuid() == 0 and not any(entry.pw_name == _USER for entry in pwd.getpwall()):
            return f"PostgreSQL does not run as root, and there is no user {_USER}"
        return None

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/postgres"

    def _launch(self) -> subprocess.Popen[bytes]:
        programs = _folder_of_programs()
        assert programs is not None
        data = self.folder / "data"
        if not data.exists():
            if os.geteuid() == 0:
                shutil.chown(self.folder, _USER, _USER)
            style = ("-U", _USER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
            self._run_as_user(programs / "initdb", "-D", data, *style).communicate()
        settings = ("listen_addresses=127.0.0.1", "fsync=off", "max_connections=200", *self._settings)
        options = [part for setting in settings for part in ("-c", setting)]
        place = ("-D", data, "-p", str(self.port), "-k", self.folder)
        return self._run_as_user(programs / "postgres", *place, *options)

    def _run_as_user(self, *command: str | Path) -> subprocess.Popen[bytes]:
        owner: dict[str, Any] = {"user": _USER, "group": _USER, "extra_groups": []}
        return self._run(
            *command,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C", "HOME": str(self.folder)},
            **(owner if os.geteuid() == 0 else {}),
        )

    def _signal(self, sign: signal.Signals) -> None:
        """To the server and to its children, one per connection."""
        if self._process is not None:
            pid = self._process.pid
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            for process in (pid, *map(int, children)):
                os.kill(process, sign)

    def _answers(self) -> bool:
        """Whether a startup would be let in: refused with an error while it recovers."""
        user = f"user\0{_USER}\0database\0postgres\0\0".encode()
        return self._reply(struct.pack("!ii", 8 + len(user), 3 << 16) + user).startswith(b"R")


def _folder_of_programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None
