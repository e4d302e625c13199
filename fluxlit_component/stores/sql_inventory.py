"""The SQL store as its operator sees it: sessions by name, page by page, and the database's own facts.

For `stores.sql` only. Everything runs inside a transaction that the caller holds; the pages ask for the
sizes of values, which a database knows without reading them.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS

from fluxlit_component.stores.inventory import StoreFacts
from fluxlit_component.stores.ledger import Head, entry_of
from fluxlit_component.stores.sql_tables import Tables
from fluxlit_component.stores.transactional import Page

_PAGE: Final = 200


def page(connection: sa.Connection, tables: Tables, prefix: str, after: str) -> Page:
    """The next sessions whose names begin with `prefix`."""
    s, f = tables.session.c, tables.field.c
    # Picked first of all: else all sessions would be joined with their fields. No hex character comes after
    # "f", so all names with the prefix come before the prefix and a "g"; LIKE would not always use the index.
    # As text: of the column's own type, with its length, a whole name would lose the "g" again.
    end = sa.literal(f"{prefix}g", sa.Text)
    chosen = sa.select(tables.session).where(s.name >= prefix, s.name < end, s.name > after)
    c = chosen.order_by(s.name).limit(_PAGE).subquery()
    head = (c.c.version, c.c.created, c.c.idle_expires, c.c.expires, c.c.schema, c.c.forget)
    size = sa.cast(sa.func.coalesce(sa.func.sum(sa.func.length(f.data)), 0), sa.BigInteger)
    query = (
        sa.select(c.c.name, *head, sa.func.count(f.data), size)
        .select_from(c.outerjoin(tables.field, f.session == c.c.id))
        .group_by(c.c.name, *head)
        .order_by(c.c.name)
    )
    found, now = connection.execute(query).all(), tables.on(connection).now()
    entries = [
        entry_of(name, Head(*head), keys=keys, size=size, now=now) for name, *head, keys, size in found
    ]
    return Page([entry for entry in entries if entry], found[-1][0] if len(found) == _PAGE else None)


def count(connection: sa.Connection, tables: Tables) -> int:
    """How many sessions there are, ended ones included."""
    number: int = connection.execute(sa.select(sa.func.count()).select_from(tables.session)).scalar_one()
    return number


def facts(connection: sa.Connection, tables: Tables) -> StoreFacts:
    """What the database says of itself."""
    now = tables.on(connection).now()
    if connection.dialect.name == "mariadb":
        return _facts_of_mariadb(connection, tables, now)
    if connection.dialect.name != "postgresql":
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        return StoreFacts("SQLite through SQLAlchemy", version, now, {})
    version, standby, read_only = connection.exec_driver_sql(
        "SELECT current_setting('server_version'), pg_is_in_recovery(), "
        "current_setting('transaction_read_only')"
    ).one()
    names = [sa.cast(sa.func.quote_ident(name), REGCLASS) for name in tables.metadata.tables]
    sizes = [sa.func.pg_total_relation_size(name) for name in names]
    size: int = connection.execute(sa.select(sum(sizes[1:], sizes[0]))).scalar_one()
    details = {"standby": int(standby), "read_only": int(read_only == "on"), "bytes": size}
    return StoreFacts("PostgreSQL", version, now, details)


def _facts_of_mariadb(connection: sa.Connection, tables: Tables, now: float) -> StoreFacts:
    version, read_only = connection.exec_driver_sql("SELECT version(), @@read_only").one()
    size = sa.text(
        "SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS SIGNED) FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_name IN :names"
    ).bindparams(sa.bindparam("names", expanding=True))
    found: int = connection.execute(size, {"names": list(tables.metadata.tables)}).scalar_one()
    return StoreFacts("MariaDB", version, now, {"read_only": int(read_only), "bytes": found})
