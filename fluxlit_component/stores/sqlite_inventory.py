"""The SQLite store as its operator sees it: sessions by name, page by page, and the engine's own facts.

For `stores.sqlite` only. Everything runs inside a transaction that the caller holds, and none of it
looks at values longer than SQLite needs to know their sizes.
"""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from fluxlit_component.state.record import Record
from fluxlit_component.stores import sqlite_rows as rows
from fluxlit_component.stores.inventory import Entry, StoreFacts
from fluxlit_component.stores.ledger import Head, entry_of, head_of, marker, state_of, yields

_PAGE: Final = 500
_LIST: Final = f"""
    SELECT s.name, {rows.HEAD}, count(f.data), coalesce(sum(length(f.data)), 0)
    FROM (SELECT * FROM fluxlit_session WHERE name >= ? AND name < ? AND name > ? ORDER BY name LIMIT ?) s
    {rows.MOVED} {rows.FIELDS} >= x'' GROUP BY s.name ORDER BY s.name"""  # noqa: S608 - constants


class Page(NamedTuple):
    """Some entries, and the name after which the next page begins; None: there is none."""

    entries: list[Entry]
    last: str | None


def page(cursor: sqlite3.Cursor, prefix: str, after: str, now: float) -> Page:
    """The next sessions whose names begin with `prefix`."""
    # No hex character comes after "f", so all names with the prefix come before the prefix and a "g".
    found = cursor.execute(_LIST, (prefix, f"{prefix}g", after, _PAGE)).fetchall()
    entries = [
        entry_of(name, Head(*head), keys=keys, size=size, now=now) for name, *head, keys, size in found
    ]
    return Page([entry for entry in entries if entry], found[-1][0] if len(found) == _PAGE else None)


def count(cursor: sqlite3.Cursor) -> int:
    """How many sessions there are, ended ones included."""
    number: int = cursor.execute("SELECT count(*) FROM fluxlit_session").fetchone()[0]
    return number


def destroy(cursor: sqlite3.Cursor, name: str, now: float) -> bool:
    """Put a marker in the place of a session; return whether that was alive."""
    row, head = rows.find(cursor, name)
    rows.begin(cursor, name, row, marker(now))
    return state_of(head, now) == "alive"


def place(cursor: sqlite3.Cursor, name: str, record: Record, now: float) -> bool:
    """Put a record in the place of what gives way to it."""
    row, standing = rows.find(cursor, name)
    if not yields(standing, head_of(record), now):
        return False
    rows.put(cursor, rows.begin(cursor, name, row, head_of(record)), record.fields)
    return True


def facts(cursor: sqlite3.Cursor, path: str, now: float) -> StoreFacts:
    """What SQLite says of itself and of the file."""
    pages, size = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    details = {"path": path, "bytes": pages * size, "journal_mode": mode}
    return StoreFacts("SQLite", sqlite3.sqlite_version, now, details)
