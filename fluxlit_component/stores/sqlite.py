"""Sessions in one SQLite file: the default store. There is nothing to install or to run.

For apps on one machine, with one or several server processes; not on a network share, where SQLite's locks do
not work. It uses a write-ahead log, one short transaction per commit, and one row per key.

Writing a page costs as much as all statements of a commit. Every commit changes version and idle deadline, so
once a session is moved these stand among the fields, in a row with the key 0 (keys of fields are blobs).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fluxlit_component.clock import Clock, wall
from fluxlit_component.state.record import Field
from fluxlit_component.stores.ledger import PAGE, Head, Place, ends
from fluxlit_component.stores.sqlite_file import DatabaseFile
from fluxlit_component.stores.transactional import TransactionalStore
from fluxlit_component.stores.values import key_bytes

if TYPE_CHECKING:
    from fluxlit_component.stores.browse import StoreFacts

T = TypeVar("T")

_MOVED: Final = "LEFT JOIN fluxlit_field m ON m.session = s.id AND m.key = 0"
_IDLE: Final = "CASE WHEN m.session IS NULL THEN s.idle_expires ELSE m.data END"
_HEAD: Final = f"coalesce(m.version, s.version), s.created, {_IDLE}, s.expires, s.schema, s.forget"
_FIELDS_OF: Final = "LEFT JOIN fluxlit_field f ON f.session = s.id AND f.key"
"""The text after it selects the fields. Their keys are blobs, and a blob is greater than any number."""

_PAGE: Final = f"""
    SELECT s.name, {_HEAD}, count(f.data), coalesce(sum(length(f.data)), 0)
    FROM (SELECT * FROM fluxlit_session WHERE name >= ? AND name < ? AND name > ?
        ORDER BY name LIMIT {PAGE}) s {_MOVED} {_FIELDS_OF} >= x'' GROUP BY s.name ORDER BY s.name"""  # noqa: S608 - constants
"""A page of sessions, by name. Of the values it reads only as much as SQLite needs for their sizes."""
_HEAD_ROWS: Final = """
    SELECT id, ends, created, version FROM fluxlit_session WHERE name = ?1 UNION ALL
    SELECT idle_expires, expires, schema, forget FROM fluxlit_session WHERE name = ?1"""
_FIELD_ROWS: Final = """
    SELECT f.key, f.version, f.data, NULL FROM fluxlit_session s
        JOIN fluxlit_field f ON f.session = s.id WHERE s.name = ?1"""
"""A session is read in one statement: two rows with the head, and one for each field. Few values are fast:
Python takes longer for each value of a row than SQLite takes for the row."""
_BEGIN: Final = (
    "INSERT INTO fluxlit_session (name, version, created, idle_expires, expires, schema, forget, ends) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE: Final = "UPDATE fluxlit_session SET schema = ?, ends = ? WHERE id = ?"
_DROP: Final = "DELETE FROM fluxlit_session WHERE id = ?"
_DROP_FIELDS: Final = "DELETE FROM fluxlit_field WHERE session = ?"
_PUT: Final = "REPLACE INTO fluxlit_field (session, key, version, data) VALUES (?, ?, ?, ?)"
_DROP_TOMBSTONES: Final = (
    "DELETE FROM fluxlit_field WHERE session = ? AND key >= x'' AND data IS NULL AND version < ?"
)
_ENDED: Final = (
    f"SELECT s.id FROM fluxlit_session s {_MOVED} "  # noqa: S608 - constants
    f"WHERE s.ends <= ? AND ({_IDLE} <= ? OR s.expires <= ? OR s.forget <= ?) LIMIT ?"
)
_MANY_KEYS: Final = 64

_SLACK_SECONDS: Final = 300.0
"""`ends` is never before the moment when a session ends, and at most this many seconds after it. So a purge
looks this far ahead, and most commits need not change the index."""


class SQLiteSessionStore(TransactionalStore):
    """A `VersionedStore` in a file of its own.

    `path` may begin with ``~``. The folder is made if it is missing. The file is opened at once, so that
    a file that cannot be used is noticed. A closed store opens the file again when it is used.
    `default_ttl_seconds`: lifetime of what `set` writes; None: no end. `clock`: returns the time.
    `busy_timeout_seconds`: how long a call waits for other writers. `sets_aside`: whether a damaged file is
    renamed and a new one begun; else `StoreUnavailable` is raised.
    """

    kind = "SQLite"

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        default_ttl_seconds: float | None = 86_400.0,
        clock: Clock = wall,
        busy_timeout_seconds: float = 0.4,
        sets_aside: bool = True,
    ) -> None:
        super().__init__(default_ttl_seconds, clock)
        self._clock = clock
        self._file = DatabaseFile(path, patience=busy_timeout_seconds, sets_aside=sets_aside)
        self.path = self._file.path

    def close(self) -> None:
        """Close the idle connections. A connection in use is closed when its call is done."""
        self._file.close()

    def describe(self) -> StoreFacts:
        from fluxlit_component.stores.browse import StoreFacts

        return StoreFacts("SQLite", sqlite3.sqlite_version, self._clock())

    def _read(self, work: Callable[[_Transaction], T]) -> T:
        return self._file.run(lambda cursor: work(_Transaction(cursor, self._clock)), writes=False)

    def _write(self, work: Callable[[_Transaction], T]) -> T:
        return self._file.run(lambda cursor: work(_Transaction(cursor, self._clock)), writes=True)


class _Transaction:
    """A `Transaction` on one cursor. `Place.row` is the number of the session and its `ends`."""

    def __init__(self, cursor: sqlite3.Cursor, clock: Clock) -> None:
        self.cursor = cursor
        self.now = clock

    def find(self, name: str, keys: Collection[str] | None = (), *, data: bool = True, **_: bool) -> Place:
        # With many keys all fields are read, since SQLite limits the number of parameters.
        named = None if keys is None or len(keys) > _MANY_KEYS else [key_bytes(key) for key in keys]
        statement = _find(None if named is None else len(named), data)
        found = self.cursor.execute(statement, (name, *(named or ()))).fetchall()
        if not found:
            return Place(name, None, None, self.now())
        (number, due, created, version), (idle_expires, expires, schema, forget), *lines = found
        new = tuple.__new__  # the next line is half the time of a load
        fields = {str(k, "utf-8", "surrogatepass"): new(Field, (v, d)) for k, v, d, _ in lines if k != 0}
        if len(fields) < len(lines):
            _, version, idle_expires, _ = next(line for line in lines if line[0] == 0)
        head = Head(version, created, idle_expires, expires, schema, forget)
        return Place(name, (number, due), head, self.now(), fields)

    def begin(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        if place.row is not None:
            self.cursor.execute(_DROP_FIELDS, place.row[:1])
            self.cursor.execute(_DROP, place.row[:1])
        number = self.cursor.execute(_BEGIN, (place.name, *head, ends(head))).lastrowid or 0
        self.cursor.executemany(_PUT, _lines(number, fields))

    def move(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        # Creation time and absolute deadline never change.
        (number, standing), due = place.row, ends(head)
        if place.head is None or head.schema != place.head.schema or not _covers(standing, due):
            self.cursor.execute(_MOVE, (head.schema, due if due is None else due + _SLACK_SECONDS, number))
        self.cursor.executemany(_PUT, [(number, 0, head.version, head.idle_expires), *_lines(number, fields)])

    def drop_tombstones(self, place: Place, below: int) -> None:
        self.cursor.execute(_DROP_TOMBSTONES, (place.row[0], below))

    def drop_ended(self, limit: int) -> int:
        now = self.now()
        rows = self.cursor.execute(_ENDED, (now + _SLACK_SECONDS, now, now, now, limit)).fetchall()
        self.cursor.executemany(_DROP_FIELDS, rows)
        self.cursor.executemany(_DROP, rows)
        return len(rows)

    def page(self, prefix: str, after: str) -> list[Any]:
        # No hex character comes after "f", so all names with the prefix are less than the prefix plus "g".
        return self.cursor.execute(_PAGE, (prefix, f"{prefix}g", after)).fetchall()


@cache
def _find(keys: int | None, data: bool) -> str:  # noqa: FBT001 - private, and asked at every commit
    """The statement for a session and `keys` of its fields; None: all fields."""
    # The row with the key 0 has the idle deadline, which is needed in any case.
    rows = _FIELD_ROWS if data else _FIELD_ROWS.replace("f.data", "CASE f.key WHEN 0 THEN f.data END")
    among = "" if keys is None else f" AND f.key IN (0{',?' * keys})"
    return f"{_HEAD_ROWS} UNION ALL {rows}{among}"


def _lines(number: int, fields: Mapping[str, Field]) -> list[tuple[int, bytes, int, bytes | None]]:
    return [(number, key_bytes(key), field.version, field.data) for key, field in fields.items()]


def _covers(standing: float | None, due: float | None) -> bool:
    if standing is None or due is None:
        return standing is due
    return due <= standing <= due + _SLACK_SECONDS
