"""The SQLite store as its operator sees it: sessions by name, page by page, and the engine's own facts.

For `stores.sqlite` only. Everything runs inside a transaction that the caller holds, and none of it
looks at values longer than SQLite needs to know their sizes.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from fluxlit_component.stores import sqlite_rows as rows
from fluxlit_component.stores.inventory import StoreFacts
from fluxlit_component.stores.ledger import Head, entry_of
from fluxlit_component.stores.transactional import Page

_PAGE: Final = 500
_LIST: Final = f"""
    SELECT s.name, {rows.HEAD}, count(f.data), coalesce(sum(length(f.data)), 0)
    FROM (SELECT * FROM fluxlit_session WHERE name >= ? AND name < ? AND name > ? ORDER BY name LIMIT ?) s
    {rows.MOVED} {rows.FIELDS} >= x'' GROUP BY s.name ORDER BY s.name"""  # noqa: S608 - constants


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


def facts(cursor: sqlite3.Cursor, path: str, now: float) -> StoreFacts:
    """What SQLite says of itself and of the file."""
    pages, size = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    details = {"path": path, "bytes": pages * size, "journal_mode": mode}
    return StoreFacts("SQLite", sqlite3.sqlite_version, now, details)
