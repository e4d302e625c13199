"""A session file that is damaged: how it is told from somebody else's, and how it is set aside.

For `stores.sqlite_file` only. Nothing is deleted: the file, its log and index get a name with a
timestamp, under which `sqlite3` can still recover what is whole in them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fluxlit_component.clock import wall

try:
    import fcntl
except ImportError:  # Windows renames no file that another process has open, so nothing can race there
    _can_lock = False
else:
    _can_lock = True

_log = logging.getLogger("fluxlit_component.stores")

APPLICATION: Final = 0x666C7578
"""PRAGMA application_id: "flux". Tells our file from somebody else's database."""

DEFAULT_NAME: Final = "fluxlit_sessions.db"
"""A name that nobody but us gives to a file: it says whose the file is when its header does not."""

_MAGIC: Final = b"SQLite format 3\0"
_MARK: Final = slice(68, 72)  # sqlite.org/fileformat.html: the application id
_SIDES: Final = ("-wal", "-shm")


def is_damage(error: Exception) -> bool:
    """Whether SQLite found garbage in a file; Python 3.10 has no error codes yet."""
    said = str(error)
    return isinstance(error, sqlite3.DatabaseError) and ("malformed" in said or "not a database" in said)


def set_aside(path: Path, inode: int | None, error: Exception) -> bool:
    """Rename the damaged file that was found under `path`, so that a fresh one can be begun.

    Args:
        path: the database file.
        inode: the file that was found damaged; None: none was there when the work began.
        error: what SQLite said of it, for the log.

    Returns:
        Whether to try again: it is out of the way, by this call or by another process before it. False
        if it is not ours: somebody else's file is never touched.

    Raises:
        OSError: the folder does not let it be renamed.
    """
    try:
        with _locked(path) as (found, head):
            if found != inode:
                return True
            if not _is_ours(path, head):
                return False
            target = _free_name(path)
            # The log first: a process that made a new file beside it would delete what is in it.
            for side in _SIDES:
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(path.name + side).rename(target.with_name(target.name + side))
            path.rename(target)
    except FileNotFoundError:  # another process was faster
        return True
    _log.warning(
        "the session file %s was damaged (%s); it is set aside as %s, and sessions begin anew",
        path,
        error,
        target.name,
    )
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[tuple[int, bytes]]:
    """The file's inode and first bytes, while no other process sets it aside.

    Closing it drops the locks that SQLite holds on it in this process. It is damaged: they protect nothing.
    """
    with path.open("rb", buffering=0) as file:
        if _can_lock:
            fcntl.flock(file, fcntl.LOCK_EX)  # no lock that SQLite knows; theirs are of fcntl
        found = os.stat(path).st_ino  # noqa: PTH116 - what the name means now, as `sqlite_file` asks for it
        yield found, file.read(_MARK.stop)


def _is_ours(path: Path, head: bytes) -> bool:
    mark = head[_MARK] if head.startswith(_MAGIC) else b""
    if mark == APPLICATION.to_bytes(4, "big"):
        return True
    return path.name.endswith(DEFAULT_NAME) and not any(mark)


def _free_name(path: Path) -> Path:
    now = wall()
    while True:
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
        target = path.with_name(f"{path.name}.damaged-{stamp}")
        if not os.path.lexists(target):
            return target
        now += 1  # set aside twice in a second: the first one is not overwritten
