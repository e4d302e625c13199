"""A session file that is damaged: how it is told from somebody else's, and how it is set aside.

For `stores.sqlite_file` only. Nothing is deleted: the file, its log and index get a name with a
timestamp, under which `sqlite3` can still recover what is whole in them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fluxlit_component.clock import wall

if sys.platform != "win32":  # which renames no file that another process has open, so nothing can race there
    import fcntl

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
    # Our tables and our mark are made in one transaction: a file with the mark and no tables has lost them.
    said = str(error)
    return isinstance(error, sqlite3.DatabaseError) and any(
        sign in said for sign in ("malformed", "not a database", "no such table: fluxlit_")
    )


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
        BlockingIOError: another process is opening it; try again.
        OSError: the folder does not let it be renamed.
    """
    with naming(path, exclusive=True):
        try:
            with path.open("rb", buffering=0) as file:
                # Closing it drops the locks that SQLite holds on it in this process. It is damaged: they
                # protect nothing.
                found, head = os.fstat(file.fileno()).st_ino, file.read(_MARK.stop)
        except FileNotFoundError:
            return True
        if found != inode:
            return True
        if not _is_ours(path, head):
            return False
        target = _free_name(path)
        # The log first: SQLite deletes one that it finds beside a new file.
        for side in _SIDES:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + side).rename(target.with_name(target.name + side))
        path.rename(target)
    _log.warning(
        "the session file %s was damaged (%s); it is set aside as %s, and sessions begin anew",
        path,
        error,
        target.name,
    )
    return True


@contextlib.contextmanager
def naming(path: Path, *, exclusive: bool = False) -> Iterator[None]:
    """While this lasts `path`, its log and its index mean one and the same file, for all processes.

    Shared by those that open it, exclusive for who renames it: SQLite finds log and index by name, and would
    take those of one file for another's. The lock is on the folder: one on the file could not be let go
    without the locks that SQLite holds on it (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        BlockingIOError: another process is at it; try again.
    """
    folder = _locked(path.parent, exclusive=exclusive)
    try:
        yield
    finally:
        if folder is not None:
            fcntl.flock(folder, fcntl.LOCK_UN)  # not by closing alone: a forked child may have it open too
            os.close(folder)


def _locked(folder: Path, *, exclusive: bool) -> int | None:
    """A descriptor of the folder, locked; None where folders cannot be."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder that may be entered and not listed
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise
        return None  # a file system without such locks
    return descriptor


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
