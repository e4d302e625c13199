"""Sessions in one SQLite file: the default store, nothing to install and nothing to run.

For apps on one machine, with one or several server processes: write-ahead log, one short transaction
per commit, one row per key. Not for a file on a network share (SQLite's locks do not hold there);
replicas on several machines take Redis or SQL.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fluxlit_component.clock import Clock, wall
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores import sqlite_inventory as inventory
from fluxlit_component.stores import sqlite_rows as rows
from fluxlit_component.stores.inventory import Entry, StoreFacts
from fluxlit_component.stores.ledger import (
    begun,
    checked_name,
    checked_prefix,
    is_free,
    marker,
    name_of,
    rule,
    state_of,
    touched,
)
from fluxlit_component.stores.sqlite_file import DatabaseFile
from fluxlit_component.stores.sweep import Sweep
from fluxlit_component.stores.values import fields_of, values_of

_log = logging.getLogger("fluxlit_component.stores")


class SQLiteSessionStore:
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

    bounded = True

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

    def get(self, session_id: str) -> dict[str, Any] | None:
        """Return a fresh copy of the stored dict, or None."""
        record = self.load(session_id)
        return None if record is None else values_of(record.fields)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        """Replace the whole dict."""
        name, fields = name_of(session_id), fields_of(data)

        def replace(cursor: sqlite3.Cursor) -> None:
            head = begun(self._clock(), ttl_seconds=ttl_seconds, default=self._default_ttl_seconds)
            row, _ = rows.find(cursor, name)
            rows.put(cursor, rows.begin(cursor, name, row, head), fields)

        self._file.write(replace)
        self._sweep.in_background(self._clock, self._tidy)

    def delete(self, session_id: str) -> None:
        """Remove the session and leave a marker."""
        name = name_of(session_id)

        def destroy(cursor: sqlite3.Cursor) -> None:
            row, _ = rows.find(cursor, name)
            rows.begin(cursor, name, row, marker(self._clock()))

        self._file.write(destroy)

    def load(self, session_id: str) -> Record | None:
        """Return the whole record, tombstones included."""
        name = name_of(session_id)
        return self._file.read(lambda cursor: rows.load(cursor, name, self._clock())[1])

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        """Write all changes or none."""
        name = name_of(session_id)

        def apply(cursor: sqlite3.Cursor) -> Outcome:
            row, head, stored = rows.find_for(cursor, name, commit)
            ruling = rule(head, stored, commit, self._clock())
            if ruling.head is None:
                return ruling.outcome
            if ruling.begins or row is None or head is None:
                row = rows.begin(cursor, name, row, ruling.head)
                rows.put(cursor, row, ruling.fields)
            else:
                rows.move(cursor, row, head, ruling.head, ruling.fields)
            if ruling.drop_tombstones_below is not None:
                rows.drop_tombstones(cursor, row, ruling.drop_tombstones_below)
            return ruling.outcome

        outcome = self._file.write(apply)
        self._sweep.in_background(self._clock, self._tidy)
        return outcome

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        """Move the idle deadline."""
        name = name_of(session_id)

        def move(cursor: sqlite3.Cursor) -> bool:
            row, head = rows.find(cursor, name)
            now = self._clock()
            if row is None or head is None or state_of(head, now) != "alive":
                return False
            rows.move(cursor, row, head, touched(head, now, idle_seconds), {})
            return True

        return self._file.write(move)

    def copy(self, source: str, target: str) -> bool:
        """Give `target` a copy of `source`."""
        return self._copy(name_of(source), name_of(target), destroy_source=False)

    def rename(self, source: str, target: str) -> bool:
        """Copy, and destroy `source`."""
        return self._copy(name_of(source), name_of(target), destroy_source=True)

    def take(self, session_id: str) -> Record | None:
        """Return the record and destroy it."""
        name = name_of(session_id)

        def take_out(cursor: sqlite3.Cursor) -> Record | None:
            now = self._clock()
            row, record = rows.load(cursor, name, now)
            if record is not None:
                rows.begin(cursor, name, row, marker(now))
            return record

        return self._file.write(take_out)

    def purge(self, *, limit: int = 1000) -> int:
        """Drop up to `limit` expired records and outlived markers."""
        return self._file.write(lambda cursor: rows.drop_ended(cursor, self._clock(), limit))

    def close(self) -> None:
        """Close the idle connections; one in use is closed when its call is done."""
        self._file.close()

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        """Every session whose name begins with `prefix`, without its values; a page is one short read."""
        checked_prefix(prefix)
        after: str | None = ""
        while after is not None:
            work = partial(inventory.page, prefix=prefix, after=after, now=self._clock())
            page = self._file.read(work)
            yield from page.entries
            after = page.last

    def estimate(self) -> int:
        """How many sessions there are, ended ones included."""
        return self._file.read(inventory.count)

    def peek(self, name: str) -> Record | None:
        """Return the record that has this name."""
        checked_name(name)
        return self._file.read(lambda cursor: rows.load(cursor, name, self._clock())[1])

    def destroy(self, name: str) -> bool:
        """Remove the session that has this name and leave a marker."""
        checked_name(name)
        return self._file.write(lambda cursor: inventory.destroy(cursor, name, self._clock()))

    def place(self, name: str, record: Record) -> bool:
        """Put a record of another store here as it is."""
        checked_name(name)
        return self._file.write(lambda cursor: inventory.place(cursor, name, record, self._clock()))

    def describe(self) -> StoreFacts:
        """Say which SQLite it is and where the file lies."""
        return self._file.read(lambda cursor: inventory.facts(cursor, str(self.path), self._clock()))

    def _copy(self, source: str, target: str, *, destroy_source: bool) -> bool:
        def duplicate(cursor: sqlite3.Cursor) -> bool:
            now = self._clock()
            row, head = rows.find(cursor, source)
            standing_row, standing = rows.find(cursor, target)
            if row is None or head is None or state_of(head, now) != "alive" or not is_free(standing, now):
                return False
            fresh = rows.begin(cursor, target, standing_row, head)
            rows.copy_fields(cursor, row, fresh)
            if destroy_source:
                rows.begin(cursor, source, row, marker(now))
            return True

        return self._file.write(duplicate)

    def _tidy(self, limit: int) -> int:
        return self.purge(limit=limit)
