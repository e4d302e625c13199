"""Sessions in one SQLite file: the default store. There is nothing to install or to run.

For apps on one machine, with one or several server processes. It uses a write-ahead log, one short
transaction per commit, and one row per key. Do not use a file on a network share, where SQLite's locks do
not work. Replicas on several machines take Redis or SQL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fluxlit_component.clock import Clock, wall
from fluxlit_component.state.record import Record
from fluxlit_component.stores.sqlite_file import DatabaseFile
from fluxlit_component.stores.sqlite_rows import SQLiteTransaction
from fluxlit_component.stores.sweep import Sweep
from fluxlit_component.stores.transactional import TransactionalStore

if TYPE_CHECKING:
    from fluxlit_component.stores.inventory import StoreFacts

T = TypeVar("T")


class SQLiteSessionStore(TransactionalStore):
    """A `VersionedStore` in a file of its own.

    `path` may begin with ``~``. The folder is made if it is missing. The file is opened at once, so that
    a file that cannot be used is noticed. A closed store opens the file again when it is used.

    Examples:
        ```python
        from fluxlit_component import SQLiteSessionStore

        store = SQLiteSessionStore("sessions.db")
        store.set("id", {"step": 1}, ttl_seconds=3600)
        assert store.get("id") == {"step": 1}
        store.close()
        ```
    """

    kind = "SQLite"

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        default_ttl_seconds: float | None = 86_400.0,
        clock: Clock = wall,
        busy_timeout_seconds: float = 0.4,
    ) -> None:
        self._default_ttl_seconds = default_ttl_seconds
        self._clock = clock
        self._file = DatabaseFile(path, busy_timeout_seconds=busy_timeout_seconds)
        self._sweep = Sweep(clock)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._file.path

    def close(self) -> None:
        """Close the idle connections. A connection in use is closed when its call is done."""
        self._file.close()

    def describe(self) -> StoreFacts:
        """Say which SQLite it is, and whose clock."""
        from fluxlit_component.stores.inventory import StoreFacts

        return StoreFacts("SQLite", sqlite3.sqlite_version, self._clock())

    def _load(self, name: str) -> Record | None:
        return self._file.read(lambda cursor: SQLiteTransaction(cursor, self._clock).load(name))

    def _read(self, work: Callable[[SQLiteTransaction], T]) -> T:
        return self._file.read(lambda cursor: work(SQLiteTransaction(cursor, self._clock)))

    def _write(self, work: Callable[[SQLiteTransaction], T]) -> T:
        return self._file.write(lambda cursor: work(SQLiteTransaction(cursor, self._clock)))
