"""Idle SQLite connections of one process, shared by its threads and never used across a fork.

For `stores.sqlite_file` only. Streamlit runs every script in a new thread, so one connection per thread would
be opened and left behind by each run.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

from fluxlit_component.clock import monotonic

T = TypeVar("T")

_MOST_IDLE: Final = 8
_FORK_PATIENCE_SECONDS: Final = 2.0


def is_busy(error: Exception) -> bool:
    """Whether another connection holds a lock. Read from the text: Python 3.10 has no error codes yet."""
    return isinstance(error, sqlite3.OperationalError) and str(error).endswith("is locked")


class ConnectionPool:
    """Connections, each lent for one transaction."""

    def __init__(self, open_connection: Callable[[], sqlite3.Connection]) -> None:
        self._open = open_connection
        self._begin()
        _pools.add(self)

    def _begin(self) -> None:
        self._gate = threading.Lock()
        self._gated = False
        self._writer_turn = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._in_use: set[sqlite3.Connection] = set()

    def run(self, work: Callable[[sqlite3.Cursor], T], *, writes: bool, give_up: float) -> T:
        """Run work, in a transaction if it writes. Raises SQLite's own error if the lock is not free in time.

        Writing threads of one process queue here. That is fairer and cheaper than if all polled the file.
        """
        if not writes:
            return self._use(work)
        if not self._writer_turn.acquire(timeout=max(0.0, give_up - monotonic())):
            raise sqlite3.OperationalError("database is locked")
        try:
            return self._use(work, "BEGIN IMMEDIATE")  # one that begins with a read cannot always write
        finally:
            self._writer_turn.release()

    def _use(self, work: Callable[[sqlite3.Cursor], T], begin: str | None = None) -> T:
        """Run work on a connection. After an error neither data nor locks are left."""
        with self._gate:
            idle = self._idle
            connection = idle.pop() if idle else self._open()
            self._in_use.add(connection)
        reusable = False
        try:
            cursor = connection.cursor()
            if begin is not None:
                cursor.execute(begin)
            result = work(cursor)
            if begin is not None:
                cursor.execute("COMMIT")
            reusable = True
        except sqlite3.Error as error:
            reusable = is_busy(error)
            raise
        finally:
            if connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    connection.rollback()
            # If `self._idle` is a new list, the pool was closed meanwhile.
            if reusable and idle is self._idle and len(idle) < _MOST_IDLE:
                idle.append(connection)
            else:
                connection.close()
            self._in_use.discard(connection)
        return result

    def close(self) -> None:
        """Close the idle connections. A connection in use is closed when its work is done."""
        idle, self._idle = self._idle, []
        with contextlib.suppress(IndexError):  # another thread may take the last one
            while idle:
                idle.pop().close()

    def before(self) -> None:
        """Wait until no connection is in use, close all, and allow no new one until after the fork.

        SQLite keeps a table of the files and locks that a process has. A child inherits the table but not
        the locks. It would wait for ever for a lock that its parent held, or rely on a lock that nobody
        holds (sqlite.org/howtocorrupt.html, 2.6).
        """
        give_up = monotonic() + _FORK_PATIENCE_SECONDS
        self._gated = self._gate.acquire(timeout=_FORK_PATIENCE_SECONDS)
        while self._in_use and monotonic() < give_up:
            time.sleep(0.0005)
        self.close()

    def after_in_parent(self) -> None:
        """Allow new connections again."""
        if self._gated:
            self._gate.release()

    def after_in_child(self) -> None:
        """Start with new locks: here nobody would release those that other threads of the parent hold."""
        # Both are empty, unless a call took longer than the wait before the fork. The child must not close
        # these connections, and its garbage collector must not do so either.
        _inherited.append((self._idle, self._in_use))
        self._begin()


_inherited: Final[list[Any]] = []
_pools: Final[weakref.WeakSet[ConnectionPool]] = weakref.WeakSet()


def _tell_all(when: str) -> None:
    for pool in list(_pools):
        getattr(pool, when)()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    for moment in ("before", "after_in_parent", "after_in_child"):
        os.register_at_fork(**{moment: partial(_tell_all, moment)})
