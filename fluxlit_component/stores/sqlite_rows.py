"""The SQL of the SQLite store: heads and fields as rows, inside a transaction that the caller holds.

For `stores.sqlite` only. It fetches and writes what it is told; what a commit may do is decided by
`stores.ledger`, and who waits for whom by `stores.sqlite_file`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import Final

from fluxlit_component.record import Commit, Field, Record
from fluxlit_component.stores.ledger import Head, ends, state_of

_FIND: Final = (
    "SELECT id, version, created, idle_expires, expires, schema, forget FROM fluxlit_session WHERE name = ?"
)
_FIELDS: Final = "SELECT key, version, data FROM fluxlit_field WHERE session = ?"
_BEGIN: Final = (
    "INSERT INTO fluxlit_session (name, version, created, idle_expires, expires, schema, forget, ends) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE: Final = "UPDATE fluxlit_session SET version = ?, idle_expires = ?, schema = ?, ends = ? WHERE id = ?"
_DROP: Final = "DELETE FROM fluxlit_session WHERE id = ?"
_DROP_FIELDS: Final = "DELETE FROM fluxlit_field WHERE session = ?"
_PUT: Final = (
    "INSERT INTO fluxlit_field (session, key, version, data) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (session, key) DO UPDATE SET version = excluded.version, data = excluded.data"
)
_COPY_FIELDS: Final = (
    "INSERT INTO fluxlit_field (session, key, version, data) "
    "SELECT ?, key, version, data FROM fluxlit_field WHERE session = ?"
)
_DROP_TOMBSTONES: Final = "DELETE FROM fluxlit_field WHERE session = ? AND data IS NULL AND version < ?"
_ENDED: Final = "SELECT id FROM fluxlit_session WHERE ends <= ? LIMIT ?"
_MANY_KEYS: Final = 64


def find(connection: sqlite3.Connection, name: str) -> tuple[int, Head] | tuple[None, None]:
    """The row number and the head of whatever stands under a name."""
    row = connection.execute(_FIND, (name,)).fetchone()
    return (None, None) if row is None else (row[0], Head(*row[1:]))


def load(connection: sqlite3.Connection, name: str, now: float) -> tuple[int, Record] | tuple[None, None]:
    """The row number and the whole record, if it is alive."""
    row, head = find(connection, name)
    if row is None or head is None or state_of(head, now) != "alive":
        return None, None
    found = connection.execute(_FIELDS, (row,)).fetchall()
    fields = {_text(key): Field(version, data) for key, version, data in found}
    return row, Record(head.version, head.created, head.idle_expires, head.expires, head.schema, fields, now)


def find_for(
    connection: sqlite3.Connection, name: str, commit: Commit
) -> tuple[int, Head, dict[str, Field]] | tuple[None, None, dict[str, Field]]:
    """What `find` does, and what stands under the keys of a commit: one statement, half the time of two.

    The data only if a refusal might have to return it.
    """
    data = any(change.guarded for change in commit.changes.values())
    keys = [_blob(key) for key in commit.changes]
    if len(keys) > _MANY_KEYS:  # then all fields are read: SQLite bounds the number of parameters
        keys = []
    found = connection.execute(_find_for(len(keys), data=data), (*keys, name)).fetchall()
    if not found:
        return None, None, {}
    first = found[0]
    fields = {_text(row[7]): Field(row[8], row[9]) for row in found if row[7] is not None}
    return first[0], Head(*first[1:7]), fields


@cache
def _find_for(keys: int, *, data: bool) -> str:
    among = f"AND f.key IN ({','.join('?' * keys)})" if keys else ""
    return (
        "SELECT s.id, s.version, created, idle_expires, expires, schema, forget, "  # noqa: S608 - constants
        f"f.key, f.version, {'f.data' if data else 'NULL'} FROM fluxlit_session s "
        f"LEFT JOIN fluxlit_field f ON f.session = s.id {among} WHERE s.name = ?"
    )


def begin(connection: sqlite3.Connection, name: str, row: int | None, head: Head) -> int:
    """Put `head` in place of whatever stands under the name, without fields; return its row number."""
    if row is not None:
        connection.execute(_DROP_FIELDS, (row,))
        connection.execute(_DROP, (row,))
    lifetimes = (head.created, head.idle_expires, head.expires)
    values = (name, head.version, *lifetimes, head.schema, head.forget, ends(head))
    return connection.execute(_BEGIN, values).lastrowid or 0


def move(connection: sqlite3.Connection, row: int, head: Head) -> None:
    """Bring a row up to the head that follows it; its creation and absolute deadline never move."""
    connection.execute(_MOVE, (head.version, head.idle_expires, head.schema, ends(head), row))


def put(connection: sqlite3.Connection, row: int, fields: Mapping[str, Field]) -> None:
    """Write fields, over those of the same keys."""
    rows = [(row, _blob(key), field.version, field.data) for key, field in fields.items()]
    connection.executemany(_PUT, rows)


def copy_fields(connection: sqlite3.Connection, source: int, target: int) -> None:
    """Give one row the fields of another, tombstones included."""
    connection.execute(_COPY_FIELDS, (target, source))


def drop_tombstones(connection: sqlite3.Connection, row: int, below: int) -> None:
    """Drop the tombstones of lower versions."""
    connection.execute(_DROP_TOMBSTONES, (row, below))


def drop_ended(connection: sqlite3.Connection, now: float, limit: int) -> int:
    """Drop up to `limit` sessions whose time is over; return how many."""
    rows = connection.execute(_ENDED, (now, limit)).fetchall()
    connection.executemany(_DROP_FIELDS, rows)
    connection.executemany(_DROP, rows)
    return len(rows)


def _blob(key: str) -> bytes:
    """Keys are bytes at rest: Python strings may hold lone surrogates, SQLite's text may not."""
    return key.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")
