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
from typing import Final, TypeVar

from fluxlit_component.clock import monotonic

T = TypeVar("T")

_MOST_IDLE: Final = 8
_FORK_PATIENCE_SECONDS: Final = 2.0


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection stood in the way; Python 3.10 has no error codes yet."""
    return isinstance(error, sqlite3.OperationalError) and str(error).endswith("is locked")


def transact(connection: sqlite3.Connection, work: Callable[[sqlite3.Cursor], T]) -> T:
    """Run work in a transaction, all on one cursor: `connection.execute` makes one each time."""
    # IMMEDIATE: a transaction that begins by reading cannot always become a writing one.
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    result = work(cursor)
    cursor.execute("COMMIT")
    return result


class ConnectionPool:
    """Connections checked out for one transaction each."""

    def __init__(self, open_connection: Callable[[], sqlite3.Connection]) -> None:
        self._open = open_connection
        self._gate = threading.Lock()
        self._gated = False
        self._held = _Held()
        _pools.add(self)

    def run(self, work: Callable[[sqlite3.Cursor], T], *, writes: bool, give_up: float) -> T:
        """Run work, in a transaction if it writes; raises SQLite's own error if its turn does not come.

        Threads of one process that write queue here, which is fairer and cheaper than all polling the file.
        """
        held = self._of_this_process()
        if not writes:
            return self._use(held, lambda connection: work(connection.cursor()))
        turn = held.writer_turn
        if not turn.acquire(timeout=max(0.0, give_up - monotonic())):
            raise sqlite3.OperationalError("database is locked")
        try:
            return self._use(held, lambda connection: transact(connection, work))
        finally:
            turn.release()

    def _use(self, held: _Held, act: Callable[[sqlite3.Connection], T]) -> T:
        """After an error nothing is left, neither data nor locks."""
        with self._gate:
            if held.closed:  # while this thread waited for its turn
                held = self._of_this_process()
            connection = held.idle.pop() if held.idle else self._open()
            held.in_use.add(connection)
        reusable = False
        try:
            result = act(connection)
            reusable = True
        except sqlite3.Error as error:
            reusable = is_busy(error)
            raise
        finally:
            if connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    connection.rollback()
            if reusable and not held.closed and len(held.idle) < _MOST_IDLE:
                held.idle.append(connection)
            else:
                connection.close()
            held.in_use.discard(connection)
        return result

    def close(self) -> None:
        """Close what is idle; what is in use is closed when its work is done."""
        held, self._held = self._of_this_process(), _Held()
        held.close()

    def before_fork(self) -> None:
        """Wait until no connection is in use, close all, and let none be opened until `after_fork`.

        SQLite keeps a table of the files and locks that a process has. A child inherits the table but not
        the locks: it would wait for ever for one that its parent held, or believe in one that nobody has
        (sqlite.org/howtocorrupt.html, 2.6).
        """
        give_up = monotonic() + _FORK_PATIENCE_SECONDS
        self._gated = self._gate.acquire(timeout=_FORK_PATIENCE_SECONDS)
        while self._held.in_use and monotonic() < give_up:
            time.sleep(0.0005)
        self._held.close_idle()

    def after_fork(self, *, in_child: bool) -> None:
        """Go on. A child makes a new gate: nobody in it would open the one that another thread holds."""
        if in_child:
            self._gate = threading.Lock()
        elif self._gated:
            self._gate.release()

    def _of_this_process(self) -> _Held:
        if self._held.pid != os.getpid():
            # Empty, unless a call outlasted the patience before the fork. What is in there is not ours to
            # close, and the garbage collector must not do it either.
            _inherited.append(self._held)
            self._held = _Held()
        return self._held


class _Held:
    """What one process holds. A lock in it may be inherited locked, so a child makes its own."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.closed = False
        self.idle: list[sqlite3.Connection] = []
        self.in_use: set[sqlite3.Connection] = set()
        self.writer_turn = threading.Lock()

    def close(self) -> None:
        self.closed = True
        self.close_idle()

    def close_idle(self) -> None:
        with contextlib.suppress(IndexError):  # another thread may take the last one
            while self.idle:
                self.idle.pop().close()


_inherited: list[_Held] = []
_pools: weakref.WeakSet[ConnectionPool] = weakref.WeakSet()


def _before_fork() -> None:
    for pool in list(_pools):
        pool.before_fork()


def _after_fork(*, in_child: bool) -> None:
    for pool in list(_pools):
        pool.after_fork(in_child=in_child)


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=partial(_after_fork, in_child=False),
        after_in_child=partial(_after_fork, in_child=True),
    )
