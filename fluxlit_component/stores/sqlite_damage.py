"""A damaged session file: how to tell it from another program's file, and how it is set aside.

For `stores.sqlite_file` only. Nothing is deleted: file, log and index get a name with a timestamp.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

from fluxlit_component.clock import wall
from fluxlit_component.settings import DEFAULT_FILE

if sys.platform != "win32":  # Windows renames no open file, so no other process can race
    import fcntl

_log = logging.getLogger("fluxlit_component.stores")

APPLICATION: Final = 0x666C7578  # PRAGMA application_id, "flux": tells our file from another program's
_MAGIC: Final = b"SQLite format 3\0"
_MARK: Final = slice(68, 72)  # sqlite.org/fileformat.html: the application id
_SIDES: Final = ("-wal", "-shm")


def is_damage(error: Exception) -> bool:
    """Whether SQLite found a file damaged. Read from the text: Python 3.10 has no error codes yet."""
    # Our tables and mark are made in one transaction, so a file with the mark but no tables is damaged.
    said = str(error)
    return isinstance(error, sqlite3.DatabaseError) and any(
        sign in said for sign in ("malformed", "not a database", "no such table: fluxlit_")
    )


def set_aside(path: Path, inode: int | None, error: Exception) -> bool:
    """Rename the damaged file that was found under `path`, so that a fresh one can be begun.

    Returns whether to try again: this call or another process before it has moved the file away. False if
    the file is not ours: another program's file is never touched. `inode` is that of the damaged file; None:
    no file was there when the work began. `error` is SQLite's, for the log. `BlockingIOError`: another
    process is opening the file, try again. `OSError`: the folder does not allow to rename the file.
    """
    with naming(path, exclusive=True):
        try:
            with path.open("rb", buffering=0) as file:
                # Closing this handle drops the locks that SQLite holds on the file in this process. They
                # protect nothing, since the file is damaged.
                found, head = os.fstat(file.fileno()).st_ino, file.read(_MARK.stop)
        except FileNotFoundError:
            return True
        if found != inode:
            return True
        if not _is_ours(path, head):
            return False
        target = _free_name(path)
        # The log first: SQLite deletes a log that it finds beside a new file.
        for side in _SIDES:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + side).rename(target.with_name(target.name + side))
        path.rename(target)
    said = "the session file %s was damaged (%s); it is set aside as %s, and sessions begin anew"
    _log.warning(said, path, error, target.name)
    return True


@contextlib.contextmanager
def naming(path: Path, *, exclusive: bool = False) -> Iterator[None]:
    """Hold a lock under which no process renames `path`, its log and its index.

    Shared for opening the file, exclusive for renaming it. SQLite finds log and index by name, so a rename in
    between would mix up two files. The lock is on the folder: releasing a lock on the file would also release
    the locks that SQLite holds on it (sqlite.org/howtocorrupt.html, 2.2). `BlockingIOError`: try again later.
    """
    folder = _locked(path.parent, exclusive=exclusive)
    try:
        yield
    finally:
        if folder is not None:
            fcntl.flock(folder, fcntl.LOCK_UN)  # closing is not enough: a forked child may have it open
            os.close(folder)


def _locked(folder: Path, *, exclusive: bool) -> int | None:
    """A descriptor of the locked folder; None where folders cannot be locked."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # the folder may be entered but not listed
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
    # If the header does not tell whose the file is, the name does: no other program uses it.
    return mark == APPLICATION.to_bytes(4, "big") or (not any(mark) and path.name.endswith(DEFAULT_FILE.name))


def _free_name(path: Path) -> Path:
    moments = map(time.gmtime, count(int(wall())))  # not the name of a file set aside in the same second
    names = (f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S', moment)}" for moment in moments)
    return next(path.with_name(name) for name in names if not os.path.lexists(path.with_name(name)))
