"""Idle SQLite connections of one process, handed from thread to thread and never across a fork.

For `stores.sqlite_file` only. Not a connection per thread: Streamlit runs every script in a thread
of its own that ends with the run, so each run would open, warm up and leave behind a connection.
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
    """Whether another connection stood in the way; Python 3.10 has no error codes yet."""
    return isinstance(error, sqlite3.OperationalError) and str(error).endswith("is locked")


class ConnectionPool:
    """Connections checked out for one transaction each."""

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
        """Run work, in a transaction if it writes; raises SQLite's own error if its turn does not come.

        Threads of one process that write queue here, which is fairer and cheaper than all polling the file.
        """
        if not writes:
            return self._use(work)
        if not self._writer_turn.acquire(timeout=max(0.0, give_up - monotonic())):
            raise sqlite3.OperationalError("database is locked")
        try:
            return self._use(work, "BEGIN IMMEDIATE")  # who begins by reading cannot always become a writer
        finally:
            self._writer_turn.release()

    def _use(self, work: Callable[[sqlite3.Cursor], T], begin: str | None = None) -> T:
        """After an error nothing is left, neither data nor locks."""
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
            # If the list is another one, the pool was closed meanwhile.
            if reusable and idle is self._idle and len(idle) < _MOST_IDLE:
                idle.append(connection)
            else:
                connection.close()
            self._in_use.discard(connection)
        return result

    def close(self) -> None:
        """Close what is idle; what is in use is closed when its work is done."""
        idle, self._idle = self._idle, []
        with contextlib.suppress(IndexError):  # another thread may take the last one
            while idle:
                idle.pop().close()

    def before(self) -> None:
        """Wait until no connection is in use, close all, and let none be opened until after the fork.

        SQLite keeps a table of the files and locks that a process has. A child inherits the table but not
        the locks: it would wait for ever for one that its parent held, or believe in one that nobody has
        (sqlite.org/howtocorrupt.html, 2.6).
        """
        give_up = monotonic() + _FORK_PATIENCE_SECONDS
        self._gated = self._gate.acquire(timeout=_FORK_PATIENCE_SECONDS)
        while self._in_use and monotonic() < give_up:
            time.sleep(0.0005)
        self.close()

    def after_in_parent(self) -> None:
        """Go on."""
        if self._gated:
            self._gate.release()

    def after_in_child(self) -> None:
        """Begin anew: nobody here would open the locks that another thread of the parent holds."""
        # Empty, unless a call outlasted the patience before the fork. What is in there is not ours to close,
        # and the garbage collector must not do it either.
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
