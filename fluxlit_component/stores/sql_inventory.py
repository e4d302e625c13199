"""The SQL store as its operator sees it: sessions by name, page by page, and the database's own facts.

For `stores.sql` only. Everything runs inside a transaction that the caller holds; the pages ask for the
sizes of values, which a database knows without reading them.
"""

from __future__ import annotations

from typing import Final

from fluxlit_component.stores.inventory import StoreFacts
from fluxlit_component.stores.ledger import Head, entry_of
from fluxlit_component.stores.sql_tables import SQLTransaction
from fluxlit_component.stores.transactional import Page

_PAGE: Final = 200

# Picked first of all: else all sessions would be joined with their fields. No hex character comes after "f",
# so all names with a prefix come before the prefix and a "g"; LIKE would not always use the index.
_ENTRIES: Final = f"""SELECT s.name, {{head}}, count(f.data), coalesce(sum(length(f.data)), 0)
    FROM (SELECT * FROM {{s}} WHERE name >= ? AND name < ? AND name > ? ORDER BY name LIMIT {_PAGE}) s
    LEFT JOIN {{f}} f ON f.session = s.id GROUP BY s.name, {{head}} ORDER BY s.name"""  # noqa: S608 - constants
_MARIADB_SIZE: Final = """SELECT coalesce(sum(data_length + index_length), 0) FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name IN (?, ?)"""
_POSTGRES_SIZE: Final = """SELECT pg_total_relation_size(quote_ident(?)::regclass)
    + pg_total_relation_size(quote_ident(?)::regclass)"""


def page(transaction: SQLTransaction, prefix: str, after: str) -> Page:
    """The next sessions whose names begin with `prefix`."""
    found, now = transaction.ask(_ENTRIES, prefix, f"{prefix}g", after), transaction.now()
    entries = [
        entry_of(name, Head(*head), keys=keys, size=int(size), now=now) for name, *head, keys, size in found
    ]
    return [entry for entry in entries if entry], found[-1][0] if len(found) == _PAGE else None


def count(transaction: SQLTransaction) -> int:
    """How many sessions there are, ended ones included."""
    return int(transaction.ask("SELECT count(*) FROM {s}")[0][0])


def facts(transaction: SQLTransaction) -> StoreFacts:
    """What the database says of itself."""
    now, names, dialect = transaction.now(), transaction.tables.names, transaction.tables.dialect
    if dialect == "sqlite":
        return StoreFacts(
            "SQLite through SQLAlchemy", transaction.ask("SELECT sqlite_version()")[0][0], now, {}
        )
    if dialect == "mariadb":
        version, read_only = transaction.ask("SELECT version(), @@read_only")[0]
        size = int(transaction.ask(_MARIADB_SIZE, *names)[0][0])
        return StoreFacts("MariaDB", version, now, {"read_only": int(read_only), "bytes": size})
    version, standby, read_only = transaction.ask(
        """SELECT current_setting('server_version'), pg_is_in_recovery(),
        current_setting('transaction_read_only')"""
    )[0]
    size = int(transaction.ask(_POSTGRES_SIZE, *names)[0][0])
    details = {"standby": int(standby), "read_only": int(read_only == "on"), "bytes": size}
    return StoreFacts("PostgreSQL", version, now, details)
