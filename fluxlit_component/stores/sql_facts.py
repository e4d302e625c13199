"""What the database behind the SQL store says of itself, for its operator. For `stores.sql` only."""

from __future__ import annotations

from typing import Final

from fluxlit_component.stores.inventory import StoreFacts
from fluxlit_component.stores.sql_tables import SQLTransaction

_MARIADB_SIZE: Final = """SELECT coalesce(sum(data_length + index_length), 0) FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name IN (?, ?)"""
_POSTGRES_SIZE: Final = """SELECT pg_total_relation_size(quote_ident(?)::regclass)
    + pg_total_relation_size(quote_ident(?)::regclass)"""


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
