"""The two tables of the SQL store, and the statements on them, inside a transaction that the caller holds.

For `stores.sql` only. It fetches and writes what it is told; what a commit may do is decided by
`stores.ledger`, and how long anybody waits by `stores.sql_engine`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from fluxlit_component.clock import Clock, wall
from fluxlit_component.state.record import Commit, Field, Record
from fluxlit_component.stores.ledger import Head, Place, ends, record_of

DIALECTS: Final = {"postgresql": postgresql.insert, "sqlite": sqlite.insert, "mariadb": mysql.insert}

_EMPTY: Final = Head(0, 0.0, forget=0.0)
"""What a row says that was made only to be locked: a marker outlived long ago, as good as none."""

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts up Integer only
_BYTES: Final = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mariadb")  # whose BLOB ends at 64 KB
_DIGEST: Final = sa.LargeBinary(32).with_variant(sa.BINARY(32), "mariadb")  # which indexes no whole BLOB

_CLOCKS: Final[dict[str, sa.ColumnElement[Any]]] = {
    "postgresql": sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double),
    # As there, the moment when a lock was got, not when it was asked for. In UTC there is only a function for
    # the beginning of the statement.
    "mariadb": sa.literal_column(
        "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) "
        "+ TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))) / 1e6"
    ),
}
"""What the time is on a server; a database without a server has none."""


class Tables:
    """Sessions and their fields, in two tables whose names begin with `prefix`."""

    def __init__(self, prefix: str, dialect: str, clock: Clock | None) -> None:
        self._clock = wall if clock is None and dialect not in _CLOCKS else clock
        self.insert: Any = DIALECTS[dialect]
        self.is_mariadb = dialect == "mariadb"
        self.metadata = sa.MetaData()
        self.session = sa.Table(
            f"{prefix}session",
            self.metadata,
            sa.Column("id", _NUMBER, primary_key=True),
            sa.Column("name", sa.String(64), nullable=False, unique=True),
            sa.Column("version", sa.BigInteger, nullable=False),
            sa.Column("created", sa.Double, nullable=False),
            sa.Column("idle_expires", sa.Double),
            sa.Column("expires", sa.Double),
            sa.Column("schema", sa.BigInteger, nullable=False),
            sa.Column("forget", sa.Double),
            sa.Column("ends", sa.Double),
            sa.Index(f"{prefix}session_ends", "ends"),
            mariadb_engine="InnoDB",
        )
        self.field = sa.Table(
            f"{prefix}field",
            self.metadata,
            sa.Column("session", sa.BigInteger, primary_key=True, autoincrement=False),
            # Of the key, which may be longer than an index takes.
            sa.Column("digest", _DIGEST, primary_key=True),
            sa.Column("key", _BYTES, nullable=False),
            sa.Column("version", sa.BigInteger, nullable=False),
            sa.Column("data", _BYTES),
        )
        s = self.session.c
        self.head = (s.version, s.created, s.idle_expires, s.expires, s.schema, s.forget)
        self.time = _CLOCKS[dialect] if self._clock is None else sa.literal(0.0)

    def create(self, connection: sa.Connection) -> None:
        """Make what is missing. The caller sees to it that no two do so at once."""
        for table in self.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))

    def exist(self, connection: sa.Connection) -> bool:
        """Whether both tables are there."""
        inspector = sa.inspect(connection)
        return all(inspector.has_table(name) for name in self.metadata.tables)

    def on(self, connection: sa.Connection) -> SQLTransaction:
        """These tables in a transaction."""
        return SQLTransaction(connection, self)

    def now(self, server_time: float) -> float:
        """The time, if the server says that it is so late: its own, unless there is a clock."""
        return server_time if self._clock is None else self._clock()


class SQLTransaction:
    """A `Transaction` on one connection, which locks the row of a place. That is known by its number."""

    def __init__(self, connection: sa.Connection, tables: Tables) -> None:
        self.connection = connection
        self.tables = tables

    def now(self) -> float:
        """What the time is."""
        return self.tables.now(self.connection.execute(sa.select(self.tables.time)).scalar_one())

    def find(self, name: str) -> Place | None:
        """Lock the row of a session until the end of the transaction."""
        s = self.tables.session.c
        query = sa.select(self.tables.time, s.id, *self.tables.head).where(s.name == name).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Place(name, row[1], Head(*row[2:]), self.tables.now(row[0]))

    def seat(self, name: str) -> Place:
        """Lock the row of a session, made if there is none: of two who begin a session one waits."""
        while True:
            found = self.find(name)
            if found is not None:
                return found
            insert = self.tables.insert(self.tables.session).values({"name": name, **_columns(_EMPTY)})
            self.connection.execute(
                insert.prefix_with("IGNORE") if self.tables.is_mariadb else insert.on_conflict_do_nothing()
            )

    def find_for(self, name: str, commit: Commit) -> tuple[Place, dict[str, Field]]:
        """The place, made if the commit may, and the fields that it names.

        With data only if a refusal might have to return it.
        """
        place = self.seat(name) if commit.create else self.find(name)
        if place is None:
            return Place(name, None, None, self.now()), {}
        f = self.tables.field.c
        guarded = any(change.guarded for change in commit.changes.values())
        named = f.digest.in_([_digest(key) for key in commit.changes])
        return place, self._fields(place, f.data if guarded else sa.null(), named)

    def fields(self, place: Place) -> dict[str, Field]:
        """All fields of a session."""
        return self._fields(place, self.tables.field.c.data, sa.true())

    def _fields(self, place: Place, data: Any, condition: sa.ColumnElement[bool]) -> dict[str, Field]:
        f = self.tables.field.c
        query = sa.select(f.key, f.version, data).where(f.session == place.row, condition)
        return {_text(key): Field(version, data) for key, version, data in self.connection.execute(query)}

    def load(self, name: str) -> Record | None:
        """The whole record, if it is alive: one statement, and so one moment."""
        s, f = self.tables.session.c, self.tables.field.c
        both = self.tables.session.outerjoin(self.tables.field, f.session == s.id)
        query = sa.select(self.tables.time, *self.tables.head, f.key, f.version, f.data).select_from(both)
        rows = self.connection.execute(query.where(s.name == name)).all()
        if not rows:
            return None
        place = Place(name, None, Head(*rows[0][1:7]), self.tables.now(rows[0][0]))
        fields = {_text(key): Field(version, data) for *_, key, version, data in rows if key is not None}
        return None if place.living is None else record_of(place.living, fields, place.now)

    def begin(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        """Put a head and its fields in place of whatever stands there."""
        field = self.tables.field
        self.connection.execute(sa.delete(field).where(field.c.session == place.row))
        self.move(place, head, fields)

    def move(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        """Bring a session to its next head, and write fields over those of the same keys."""
        session = self.tables.session
        update = sa.update(session).where(session.c.id == place.row)
        self.connection.execute(update.values(_columns(head)))
        rows = [
            {
                "session": place.row,
                "digest": _digest(k),
                "key": _blob(k),
                "version": f.version,
                "data": f.data,
            }
            for k, f in fields.items()
        ]
        if rows:
            self.connection.execute(self._upsert(), rows)

    def _upsert(self) -> Any:
        insert = self.tables.insert(self.tables.field)
        if self.tables.is_mariadb:
            new = insert.inserted
            return insert.on_duplicate_key_update({"version": new.version, "data": new.data})
        new = insert.excluded
        values = {"version": new.version, "data": new.data}
        return insert.on_conflict_do_update(index_elements=["session", "digest"], set_=values)

    def copy(self, source: Place, head: Head, target: Place) -> None:
        """Put a session's head and fields, tombstones included, in place of whatever stands in another."""
        self.begin(target, head, {})
        f = self.tables.field.c
        query = sa.select(sa.literal(target.row, sa.BigInteger), f.digest, f.key, f.version, f.data)
        fields = query.where(f.session == source.row)
        self.connection.execute(sa.insert(self.tables.field).from_select(list(f.keys()), fields))

    def drop_tombstones(self, place: Place, below: int) -> None:
        """Drop the tombstones of lower versions."""
        f = self.tables.field.c
        old = sa.delete(self.tables.field).where(f.session == place.row, f.data.is_(None), f.version < below)
        self.connection.execute(old)

    def drop_ended(self, limit: int) -> int:
        """Drop up to `limit` sessions whose time is over and that nobody else is busy with."""
        session, field = self.tables.session, self.tables.field
        ended = sa.select(session.c.id).where(session.c.ends <= self.now()).limit(limit)
        rows = self.connection.execute(ended.with_for_update(skip_locked=True)).scalars().all()
        if rows:
            self.connection.execute(sa.delete(field).where(field.c.session.in_(rows)))
            self.connection.execute(sa.delete(session).where(session.c.id.in_(rows)))
        return len(rows)


def _columns(head: Head) -> dict[str, float | None]:
    return {**head._asdict(), "ends": ends(head)}


def _blob(key: str) -> bytes:
    """Keys are bytes at rest: Python strings may hold lone surrogates and NUL, PostgreSQL's text may not."""
    return key.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return bytes(key).decode("utf-8", "surrogatepass")


def _digest(key: str) -> bytes:
    return hashlib.sha256(_blob(key)).digest()
