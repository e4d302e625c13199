"""Sessions in one SQLite file: the default store, nothing to install and nothing to run.

For apps on one machine, with one or several server processes: write-ahead log, one short transaction
per commit, one row per key. Not for a file on a network share (SQLite's locks do not hold there);
replicas on several machines take Redis or SQL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fluxlit_component.clock import Clock, wall
from fluxlit_component.state.record import Record
from fluxlit_component.stores.ledger import Head, entry_of
from fluxlit_component.stores.sqlite_file import DatabaseFile
from fluxlit_component.stores.sqlite_rows import LIST, SQLiteTransaction
from fluxlit_component.stores.sweep import Sweep
from fluxlit_component.stores.transactional import Page, TransactionalStore, paged

if TYPE_CHECKING:
    from fluxlit_component.stores.inventory import Entry, StoreFacts

T = TypeVar("T")

_PAGE: Final = 500
"""Sessions of a listing that are read at once."""


class SQLiteSessionStore(TransactionalStore):
    """A `VersionedStore` in a file of its own.

    `path` may begin with ``~``; the folder is made if it is missing. The file is opened here, so that
    one that cannot be used is known at once. A store that was closed opens the file again when used.

    Examples:
        ```python
        from fluxlit_component import SQLiteSessionStore

        store = SQLiteSessionStore("sessions.db")
        store.set("id", {"step": 1}, ttl_seconds=3600)
        assert store.get("id") == {"step": 1}
        store.close()
        ```
    """

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
        self._sweep = Sweep(clock())

    @property
    def path(self) -> Path:
        """The database file."""
        return self._file.path

    def close(self) -> None:
        """Close the idle connections; one in use is closed when its call is done."""
        self._file.close()

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        """Every session whose name begins with `prefix`, without its values; a page is one short read."""

        def page(prefix: str, after: str) -> Page:
            # No hex character comes after "f", so all names with the prefix come before the prefix and a "g".
            place = (prefix, f"{prefix}g", after, _PAGE)
            found = self._file.read(lambda cursor: cursor.execute(LIST, place).fetchall())
            now = self._clock()
            entries = [
                entry_of(name, Head(*head), keys=n, size=size, now=now) for name, *head, n, size in found
            ]
            return [entry for entry in entries if entry], found[-1][0] if len(found) == _PAGE else None

        return paged(page, prefix)

    def estimate(self) -> int:
        """How many sessions there are, ended ones included."""
        return int(self._file.read(lambda cursor: _ask(cursor, "SELECT count(*) FROM fluxlit_session")))

    def describe(self) -> StoreFacts:
        """Say which SQLite it is and where the file lies."""

        def facts(cursor: sqlite3.Cursor) -> dict[str, str | int]:
            size = _ask(cursor, "PRAGMA page_count") * _ask(cursor, "PRAGMA page_size")
            return {
                "path": str(self.path),
                "bytes": size,
                "journal_mode": _ask(cursor, "PRAGMA journal_mode"),
            }

        from fluxlit_component.stores.inventory import StoreFacts

        return StoreFacts("SQLite", sqlite3.sqlite_version, self._clock(), self._file.read(facts))

    def _load(self, name: str) -> Record | None:
        return self._file.read(lambda cursor: SQLiteTransaction(cursor, self._clock).load(name))

    def _write(self, work: Callable[[SQLiteTransaction], T]) -> T:
        return self._file.write(lambda cursor: work(SQLiteTransaction(cursor, self._clock)))

    def _tidy(self) -> None:
        self._sweep.in_background(self._clock, lambda limit: self.purge(limit=limit))


def _ask(cursor: sqlite3.Cursor, question: str) -> Any:
    return cursor.execute(question).fetchone()[0]
