"""Sessions in PostgreSQL or MariaDB: for apps that run on several machines and may have no Redis.

Through SQLAlchemy Core and psycopg 3 or PyMySQL. Tested with PostgreSQL 15, MariaDB 10.11, and with SQLite,
whose own store is the better one; other databases are refused. On MariaDB, BYTEA is BINARY(32) for the digest
and LONGBLOB for the others. The tables are made on first use, unless they are there:

    CREATE TABLE fluxlit_session (
        id BIGSERIAL PRIMARY KEY,
        name VARCHAR(64) NOT NULL UNIQUE,      -- a hash of the session id
        version BIGINT NOT NULL,
        created DOUBLE PRECISION NOT NULL,     -- all times are seconds since the Unix epoch
        idle_expires DOUBLE PRECISION,
        expires DOUBLE PRECISION,
        schema BIGINT NOT NULL,
        forget DOUBLE PRECISION,               -- set on the marker of a destroyed session
        ends DOUBLE PRECISION                  -- from when on a purge may drop it
    );
    CREATE INDEX fluxlit_session_ends ON fluxlit_session (ends);
    CREATE TABLE fluxlit_field (
        session BIGINT NOT NULL,
        digest BYTEA NOT NULL,                 -- SHA-256 of the key
        key BYTEA NOT NULL,
        version BIGINT NOT NULL,
        data BYTEA,                            -- NULL: the key was deleted
        PRIMARY KEY (session, digest)
    );
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from typing_extensions import Self

from fluxlit_component.clock import Clock, monotonic
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores import sql_inventory as inventory
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
from fluxlit_component.stores.sql_engine import Database, check_engine, open_engine
from fluxlit_component.stores.sql_tables import Tables, record_of
from fluxlit_component.stores.sweep import Sweep
from fluxlit_component.stores.values import fields_of, values_of

_log = logging.getLogger("fluxlit_component.stores")


class SQLSessionStore:
    """A `VersionedStore` in a database: one short transaction per operation, which locks the session's row.

    Args:
        engine_or_url: a SQLAlchemy engine, or the URL of one. An engine should have been made with
            ``pool_pre_ping=True``: without it the first call after the server was restarted fails.
        default_ttl_seconds: lifetime of what `set` writes; None: no end.
        table_prefix: how the names of the tables begin.
        clock: what the time is; None: the server's clock (with SQLite: this machine's).
        timeout_seconds: how long a call may take, a connect and all waiting for locks included.

    Examples:
        <!-- needs: sqlalchemy -->
        ```python
        from fluxlit_component import SQLSessionStore

        store = SQLSessionStore("sqlite:///sessions.db", table_prefix="shop_")
        store.set("id", {"step": 1})
        assert store.get("id") == {"step": 1}
        store.close()
        ```
    """

    bounded = True

    def __init__(
        self,
        engine_or_url: sa.Engine | str,
        *,
        default_ttl_seconds: float | None = 86_400.0,
        table_prefix: str = "fluxlit_",
        clock: Clock | None = None,
        timeout_seconds: float = 0.5,
    ) -> None:
        self._default_ttl_seconds = default_ttl_seconds
        self._owned = isinstance(engine_or_url, str)
        if isinstance(engine_or_url, str):
            try:
                engine_or_url = open_engine(engine_or_url, timeout_seconds=timeout_seconds)
            except ConfigurationError:
                raise
            except Exception as error:  # noqa: BLE001 - drivers and URL parsers have their own
                # Without its text, which may quote the password.
                kind = type(error).__name__
                raise ConfigurationError(
                    f"this database URL cannot be used ({kind}); check it part by part"
                ) from None
        engine = check_engine(engine_or_url)
        self._tables = Tables(table_prefix, engine.dialect.name, clock)
        self._database = Database(engine, self._tables, timeout_seconds=timeout_seconds)
        self._sweep = Sweep(monotonic())

    @classmethod
    def from_url(cls, url: str, **more: Any) -> Self:
        """Make the store of a URL that may also say ``?ttl=seconds`` (0: no end) and ``?table_prefix=``.

        `more` are arguments of the class.
        """
        own = more
        try:
            place = sa.make_url(url)
            if "ttl" in place.query:
                own["default_ttl_seconds"] = float(str(place.query["ttl"]))
        except (sa.exc.ArgumentError, ValueError):
            raise ConfigurationError(
                "this is no database URL that can be used; check it part by part"
            ) from None
        if "table_prefix" in place.query:
            own["table_prefix"] = str(place.query["table_prefix"])
        rest = place.difference_update_query(["ttl", "table_prefix"])
        return cls(rest.render_as_string(hide_password=False), **own)

    def get(self, session_id: str) -> dict[str, Any] | None:
        """Return a fresh copy of the stored dict, or None."""
        record = self.load(session_id)
        return None if record is None else values_of(record.fields)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        """Replace the whole dict."""
        name, fields = name_of(session_id), fields_of(data)

        def replace(connection: sa.Connection) -> None:
            place = self._tables.seat(connection, name)
            head = begun(place.now, ttl_seconds=ttl_seconds, default=self._default_ttl_seconds)
            self._tables.begin(connection, place.row, head)
            self._tables.put(connection, place.row, fields)

        self._database.run(replace)
        self._tidy()

    def delete(self, session_id: str) -> None:
        """Remove the session and leave a marker."""
        name = name_of(session_id)

        def destroy(connection: sa.Connection) -> None:
            place = self._tables.seat(connection, name)
            self._tables.begin(connection, place.row, marker(place.now))

        self._database.run(destroy)

    def load(self, session_id: str) -> Record | None:
        """Return the whole record, tombstones included."""
        name = name_of(session_id)
        return self._database.run(lambda connection: self._tables.load(connection, name))

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        """Write all changes or none."""
        name = name_of(session_id)

        def apply(connection: sa.Connection) -> Outcome:
            tables = self._tables
            place = (tables.seat if commit.create else tables.find)(connection, name)
            if place is None:
                return rule(None, {}, commit, tables.now(connection)).outcome
            ruling = rule(place.head, tables.fields(connection, place.row, commit), commit, place.now)
            if ruling.head is None:
                return ruling.outcome
            (tables.begin if ruling.begins else tables.move)(connection, place.row, ruling.head)
            tables.put(connection, place.row, ruling.fields)
            if ruling.drop_tombstones_below is not None:
                tables.drop_tombstones(connection, place.row, ruling.drop_tombstones_below)
            return ruling.outcome

        outcome = self._database.run(apply)
        self._tidy()
        return outcome

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        """Move the idle deadline."""
        name = name_of(session_id)

        def move(connection: sa.Connection) -> bool:
            place = self._tables.find(connection, name)
            if place is None or state_of(place.head, place.now) != "alive":
                return False
            self._tables.move(connection, place.row, touched(place.head, place.now, idle_seconds))
            return True

        return self._database.run(move)

    def copy(self, source: str, target: str) -> bool:
        """Give `target` a copy of `source`."""
        return self._copy(name_of(source), name_of(target), destroy_source=False)

    def rename(self, source: str, target: str) -> bool:
        """Copy, and destroy `source`."""
        return self._copy(name_of(source), name_of(target), destroy_source=True)

    def take(self, session_id: str) -> Record | None:
        """Return the record and destroy it."""
        name = name_of(session_id)

        def take_out(connection: sa.Connection) -> Record | None:
            place = self._tables.find(connection, name)
            if place is None or state_of(place.head, place.now) != "alive":
                return None
            fields = self._tables.fields(connection, place.row)
            self._tables.begin(connection, place.row, marker(place.now))
            return record_of(place.head, fields, place.now)

        return self._database.run(take_out)

    def purge(self, *, limit: int = 1000) -> int:
        """Drop up to `limit` expired records and outlived markers."""
        return self._database.run(lambda connection: self._tables.drop_ended(connection, limit))

    def close(self) -> None:
        """Close the engine, if it was made here. A store that is used again opens other connections."""
        if self._owned:
            self._database.close()

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        """Every session whose name begins with `prefix`, without its values; a page is one short read."""
        checked_prefix(prefix)
        after: str | None = ""
        while after is not None:
            work = partial(inventory.page, tables=self._tables, prefix=prefix, after=after)
            page = self._database.run(work)
            yield from page.entries
            after = page.last

    def estimate(self) -> int:
        """How many sessions there are, ended ones included."""
        return self._database.run(lambda connection: inventory.count(connection, self._tables))

    def peek(self, name: str) -> Record | None:
        """Return the record that has this name."""
        checked_name(name)
        return self._database.run(lambda connection: self._tables.load(connection, name))

    def destroy(self, name: str) -> bool:
        """Remove the session that has this name and leave a marker."""
        checked_name(name)
        return self._database.run(lambda connection: inventory.destroy(connection, self._tables, name))

    def place(self, name: str, record: Record) -> bool:
        """Put a record of another store here as it is."""
        checked_name(name)
        return self._database.run(lambda connection: inventory.place(connection, self._tables, name, record))

    def describe(self) -> StoreFacts:
        """Ask the database about itself."""
        return self._database.run(lambda connection: inventory.facts(connection, self._tables))

    def _copy(self, source: str, target: str, *, destroy_source: bool) -> bool:
        tables = self._tables

        def duplicate(connection: sa.Connection) -> bool:
            # In one order for all: two renames must not wait for each other.
            places = {name: tables.find(connection, name) for name in sorted({source, target})}
            original, standing = places[source], places[target]
            if original is None or state_of(original.head, original.now) != "alive":
                return False
            if standing is None:
                standing = tables.seat(connection, target)
            if not is_free(standing.head, standing.now):
                return False
            tables.begin(connection, standing.row, original.head)
            tables.copy_fields(connection, original.row, standing.row)
            if destroy_source:
                tables.begin(connection, original.row, marker(original.now))
            return True

        return self._database.run(duplicate)

    def _tidy(self) -> None:
        self._sweep.in_background(monotonic, lambda limit: self.purge(limit=limit))
