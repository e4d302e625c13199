"""The SQL of the SQLite store: heads and fields as rows, inside a transaction that the caller holds.

For `stores.sqlite` only. It fetches and writes what it is told; what a commit may do is decided by
`stores.ledger`, and who waits for whom by `stores.sqlite_file`.

A commit is to write one page where it can, since writing a page costs as much as all its statements. So what
every commit moves, version and idle deadline, lies among the fields, in a row with the key 0 (keys of fields
are blobs); a session that was never moved has none. Its row in `fluxlit_session` is rarely written again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import Final, TypeAlias

from fluxlit_component.state.record import Commit, Field, Record
from fluxlit_component.stores.ledger import Head, ends, state_of

MOVED: Final = "LEFT JOIN fluxlit_field m ON m.session = s.id AND m.key = 0"
IDLE: Final = "CASE WHEN m.session IS NULL THEN s.idle_expires ELSE m.data END"
HEAD: Final = f"coalesce(m.version, s.version), s.created, {IDLE}, s.expires, s.schema, s.forget"
FIELDS: Final = "LEFT JOIN fluxlit_field f ON f.session = s.id AND f.key"
"""What stands after it says which: the key is a blob, and a blob is more than any number."""

_FIND: Final = f"SELECT s.id, s.ends, {HEAD} FROM fluxlit_session s {MOVED} WHERE s.name = ?"  # noqa: S608 - constants
_FIELDS: Final = "SELECT key, version, data FROM fluxlit_field WHERE session = ? AND key >= x''"
_BEGIN: Final = (
    "INSERT INTO fluxlit_session (name, version, created, idle_expires, expires, schema, forget, ends) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE: Final = "UPDATE fluxlit_session SET schema = ?, ends = ? WHERE id = ?"
_DROP: Final = "DELETE FROM fluxlit_session WHERE id = ?"
_DROP_FIELDS: Final = "DELETE FROM fluxlit_field WHERE session = ?"
_PUT: Final = "REPLACE INTO fluxlit_field (session, key, version, data) VALUES (?, ?, ?, ?)"
_COPY_FIELDS: Final = (
    "INSERT INTO fluxlit_field (session, key, version, data) "
    "SELECT ?, key, version, data FROM fluxlit_field WHERE session = ?"
)
_DROP_TOMBSTONES: Final = (
    "DELETE FROM fluxlit_field WHERE session = ? AND key >= x'' AND data IS NULL AND version < ?"
)
_ENDED: Final = (
    f"SELECT s.id FROM fluxlit_session s {MOVED} "  # noqa: S608 - constants
    f"WHERE s.ends <= ? AND ({IDLE} <= ? OR s.expires <= ? OR s.forget <= ?) LIMIT ?"
)
_MANY_KEYS: Final = 64

_SLACK_SECONDS: Final = 300.0
"""`ends` is never before the moment when a session ends, and at most this after it: a purge looks that far
ahead, and most commits leave the index alone."""


Row: TypeAlias = tuple[int, float | None]
"""The row of a session: its number and its `ends`. No class: one is made at every commit."""


def find(cursor: sqlite3.Cursor, name: str) -> tuple[Row, Head] | tuple[None, None]:
    """The row and the head of whatever stands under a name."""
    found = cursor.execute(_FIND, (name,)).fetchone()
    return (None, None) if found is None else (found[:2], Head(*found[2:]))


def load(cursor: sqlite3.Cursor, name: str, now: float) -> tuple[Row, Record] | tuple[None, None]:
    """The row and the whole record, if it is alive."""
    row, head = find(cursor, name)
    if row is None or head is None or state_of(head, now) != "alive":
        return None, None
    found = cursor.execute(_FIELDS, row[:1]).fetchall()
    fields = {_text(key): Field(version, data) for key, version, data in found}
    return row, Record(head.version, head.created, head.idle_expires, head.expires, head.schema, fields, now)


def find_for(
    cursor: sqlite3.Cursor, name: str, commit: Commit
) -> tuple[Row, Head, dict[str, Field]] | tuple[None, None, dict[str, Field]]:
    """What `find` does, and what stands under the keys of a commit: one statement, half the time of two.

    The data only if a refusal might have to return it.
    """
    keys, guarded = [], False
    for key, change in commit.changes.items():
        keys.append(_blob(key))
        guarded = guarded or change.guarded
    if len(keys) > _MANY_KEYS:  # then all fields are read: SQLite bounds the number of parameters
        keys.clear()
    found = cursor.execute(_find_for(len(keys), guarded), (*keys, name)).fetchall()
    if not found:
        return None, None, {}
    fields = {}
    for line in found:
        if line[8] is not None:
            fields[_text(line[8])] = Field(line[9], line[10])
    first = found[0]
    return first[:2], Head(*first[2:8]), fields


@cache
def _find_for(keys: int, data: bool) -> str:  # noqa: FBT001 - private, and asked at every commit
    among = f"IN ({','.join('?' * keys)})" if keys else ">= x''"
    return (
        f"SELECT s.id, s.ends, {HEAD}, f.key, f.version, {'f.data' if data else 'NULL'} "  # noqa: S608 - constants
        f"FROM fluxlit_session s {MOVED} {FIELDS} {among} WHERE s.name = ?"
    )


def begin(cursor: sqlite3.Cursor, name: str, row: Row | None, head: Head) -> Row:
    """Put `head` in place of whatever stands under the name, without fields."""
    if row is not None:
        cursor.execute(_DROP_FIELDS, row[:1])
        cursor.execute(_DROP, row[:1])
    lifetimes, due = (head.created, head.idle_expires, head.expires), ends(head)
    cursor.execute(_BEGIN, (name, head.version, *lifetimes, head.schema, head.forget, due))
    return cursor.lastrowid or 0, due


def move(cursor: sqlite3.Cursor, row: Row, head: Head, following: Head, fields: Mapping[str, Field]) -> None:
    """Bring a row from one head to the next and write fields; creation and absolute deadline never move."""
    number, standing = row
    due = ends(following)
    if following.schema != head.schema or not _covers(standing, due):
        cursor.execute(_MOVE, (following.schema, due if due is None else due + _SLACK_SECONDS, number))
    moved = (number, 0, following.version, following.idle_expires)
    cursor.executemany(_PUT, [moved, *_lines(number, fields)])


def put(cursor: sqlite3.Cursor, row: Row, fields: Mapping[str, Field]) -> None:
    """Write fields, over those of the same keys."""
    cursor.executemany(_PUT, _lines(row[0], fields))


def copy_fields(cursor: sqlite3.Cursor, source: Row, target: Row) -> None:
    """Give one row the fields of another, tombstones included."""
    cursor.execute(_COPY_FIELDS, (target[0], source[0]))


def drop_tombstones(cursor: sqlite3.Cursor, row: Row, below: int) -> None:
    """Drop the tombstones of lower versions."""
    cursor.execute(_DROP_TOMBSTONES, (row[0], below))


def drop_ended(cursor: sqlite3.Cursor, now: float, limit: int) -> int:
    """Drop up to `limit` sessions whose time is over; return how many."""
    rows = cursor.execute(_ENDED, (now + _SLACK_SECONDS, now, now, now, limit)).fetchall()
    cursor.executemany(_DROP_FIELDS, rows)
    cursor.executemany(_DROP, rows)
    return len(rows)


def _lines(number: int, fields: Mapping[str, Field]) -> list[tuple[int, bytes, int, bytes | None]]:
    return [(number, _blob(key), field.version, field.data) for key, field in fields.items()]


def _covers(standing: float | None, due: float | None) -> bool:
    if standing is None or due is None:
        return standing is due
    return due <= standing <= due + _SLACK_SECONDS


def _blob(key: str) -> bytes:
    """Keys are bytes at rest: Python strings may hold lone surrogates, SQLite's text may not."""
    return key.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")
