"""The file behind the SQLite store: made private, checked to be ours, with pooled connections.

For `stores.sqlite` only. `run` does a piece of work on a connection of this process, with one
time budget for everything. This module knows the columns of the tables, but not what sessions are.
"""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from fluxlit_component.arguments import of_type
from fluxlit_component.clock import monotonic
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.stores.sqlite_damage import APPLICATION, is_damage, naming, set_aside
from fluxlit_component.stores.sqlite_pool import ConnectionPool, is_busy

T = TypeVar("T")

SCHEMA: Final = 2  # PRAGMA user_version; version 1 had a session's head in one row, see `sqlite`

_FRESH_STARTS: Final = 3
_REMEDY: Final = "give the sessions a file of their own"

# `ends`: from when on a purge may look at the row. With its index a purge need not read all sessions. Fields
# are clustered by session, so a load reads one range. IF NOT EXISTS, since a file of schema 1 has the tables.
_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS fluxlit_session (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, created REAL NOT NULL,
        idle_expires REAL, expires REAL, schema INTEGER NOT NULL, forget REAL, ends REAL)""",
    "CREATE INDEX IF NOT EXISTS fluxlit_session_ends ON fluxlit_session (ends) WHERE ends IS NOT NULL",
    """CREATE TABLE IF NOT EXISTS fluxlit_field (
        session INTEGER NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL, data BLOB,
        PRIMARY KEY (session, key)) WITHOUT ROWID""",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)


class DatabaseFile:
    """One database file, used from any thread and, after a fork, from any process."""

    def __init__(self, path: str | os.PathLike[str], *, patience: float, sets_aside: bool) -> None:
        of_type(str | os.PathLike, "a path", path=path)
        if os.fspath(path) in {"", ":memory:"}:
            remedy = "for sessions in memory use memory:// or InMemorySessionStore()"
            raise ConfigurationError(f"a SQLite store needs a file; {remedy}")
        # Resolved once: the working directory may change, and SQLite must not create the target of a link.
        self.path = Path(path).expanduser().resolve()
        self._budget, self._sets_aside = patience, sets_aside
        self._name = os.fspath(self.path)
        self._pool = ConnectionPool(self._open)
        self._inode: int | None = None
        self.run(lambda _: None, writes=False)

    def close(self) -> None:
        """Close all idle connections of this process."""
        self._pool.close()

    def run(self, work: Callable[[sqlite3.Cursor], T], *, writes: bool) -> T:
        """Run one statement that only reads, or work that writes, in a transaction without other writers.

        It is tried until it is done or the budget is spent. SQLite's own busy handler is off. It would give
        its full time to every statement again, and sleeps up to 100 ms, so that writers starve each other.
        """
        give_up = monotonic() + self._budget
        fresh_starts = _FRESH_STARTS
        while True:
            inode = None
            try:
                inode = self._leave_deleted_file()
                return self._pool.run(work, writes=writes, give_up=give_up)
            except (sqlite3.Error, OSError) as error:
                waits = is_busy(error) or isinstance(error, BlockingIOError)
                try:
                    if fresh_starts and self._is_replaced(inode, error):
                        fresh_starts -= 1
                        continue
                except BlockingIOError:
                    waits = True
                if not waits or monotonic() >= give_up:
                    raise self._failure(error) from error
            time.sleep(random.uniform(0.0005, 0.003))  # noqa: S311 - jitter, not a secret

    def _is_replaced(self, inode: int | None, error: Exception) -> bool:
        """Whether the file with this error is gone: set aside here if damaged, or replaced by others."""
        if not is_damage(error) or not self._sets_aside:
            return inode is not None and not is_busy(error) and self._named_now() != inode
        self._pool.close()
        try:
            return set_aside(self.path, inode, error)
        except BlockingIOError:
            raise
        except OSError as denied:
            raise StoreUnavailable(f"{self.path} is damaged and cannot be set aside: {denied}") from error

    def _leave_deleted_file(self) -> int | None:
        """Close the connections if the file was deleted or replaced. Return the inode of the file there now.

        Whoever deletes the file wants a new start, but SQLite would go on writing to the deleted file.
        """
        inode = self._named_now()
        if inode != self._inode:
            self._inode = None
            self._pool.close()
        return inode

    def _named_now(self) -> int | None:
        try:
            return os.stat(self._name).st_ino  # noqa: PTH116 - at every call, and half as slow
        except FileNotFoundError:
            return None

    def _failure(self, error: Exception) -> StoreUnavailable | ConfigurationError:
        if "not a database" in str(error):
            return ConfigurationError(f"{self.path} is not a SQLite database; {_REMEDY}")
        said = "is damaged" if is_damage(error) else "gave no answer"
        return StoreUnavailable(f"the session file {self.path} {said}: {error}")

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with naming(self.path):
            # SQLite would make the file readable for all, and its -wal and -shm files too.
            # O_EXCL: closing a file that is already open here would drop SQLite's locks on it.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            inode = self.path.stat().st_ino
            connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        self._inode = inode
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")  # with WAL: no commit is lost when a process dies
        if not self._is_ready(connection.cursor()):
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            cursor = connection.execute("BEGIN IMMEDIATE")
            for statement in () if self._is_ready(cursor) else _TABLES:
                cursor.execute(statement)
            cursor.execute("COMMIT")

    def _is_ready(self, cursor: sqlite3.Cursor) -> bool:
        """False for an empty file and for an older file of ours. A file of another program is refused."""
        # Counted first: another process may be making the file, and its tables and number come together.
        tables = cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        application = cursor.execute("PRAGMA application_id").fetchone()[0]
        if application == APPLICATION:
            version = cursor.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA:
                remedy = "upgrade, or use another file"
                raise ConfigurationError(f"{self.path} was written by a newer fluxlit-component; {remedy}")
            return bool(version == SCHEMA)
        if application or tables:
            raise ConfigurationError(f"{self.path} is a database of something else; {_REMEDY}")
        return False
