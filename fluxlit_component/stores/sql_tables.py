"""The two tables of the SQL store, and the statements on them, inside a transaction that the caller holds.

For `stores.sql` only. It fetches and writes what it is told; what a commit may do is decided by
`stores.ledger`, and how long anybody waits by `stores.sql_engine`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from fluxlit_component.clock import Clock, wall
from fluxlit_component.state.record import Commit, Field, Record
from fluxlit_component.stores.ledger import Head, ends, state_of

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


@dataclass(frozen=True, slots=True)
class Place:
    """A locked row: its number, what stands there, and the time."""

    row: int
    head: Head
    now: float


class Tables:
    """Sessions and their fields, in two tables whose names begin with `prefix`."""

    def __init__(self, prefix: str, dialect: str, clock: Clock | None) -> None:
        self._clock = wall if clock is None and dialect not in _CLOCKS else clock
        self._insert: Any = DIALECTS[dialect]
        self._is_mariadb = dialect == "mariadb"
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
        self._head = (s.version, s.created, s.idle_expires, s.expires, s.schema, s.forget)
        self._time = _CLOCKS[dialect] if self._clock is None else sa.literal(0.0)

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

    def now(self, connection: sa.Connection) -> float:
        """The time: the server's, unless there is a clock."""
        return self._at(connection.execute(sa.select(self._time)).scalar_one())

    def find(self, connection: sa.Connection, name: str) -> Place | None:
        """Lock the row of a session until the end of the transaction."""
        s = self.session.c
        query = sa.select(self._time, s.id, *self._head).where(s.name == name).with_for_update()
        row = connection.execute(query).one_or_none()
        return None if row is None else Place(row[1], Head(*row[2:]), self._at(row[0]))

    def seat(self, connection: sa.Connection, name: str) -> Place:
        """Lock the row of a session, made if there is none: of two who begin a session one waits."""
        while True:
            found = self.find(connection, name)
            if found is not None:
                return found
            values = {"name": name, **_columns(_EMPTY)}
            insert = self._insert(self.session).values(values)
            connection.execute(
                insert.prefix_with("IGNORE") if self._is_mariadb else insert.on_conflict_do_nothing()
            )

    def load(self, connection: sa.Connection, name: str) -> Record | None:
        """The whole record, if it is alive: one statement, and so one moment."""
        s, f = self.session.c, self.field.c
        both = self.session.outerjoin(self.field, f.session == s.id)
        query = sa.select(self._time, *self._head, f.key, f.version, f.data).select_from(both)
        rows = connection.execute(query.where(s.name == name)).all()
        if not rows:
            return None
        now, head = self._at(rows[0][0]), Head(*rows[0][1:7])
        fields = {_text(key): Field(version, data) for *_, key, version, data in rows if key is not None}
        return record_of(head, fields, now)

    def fields(self, connection: sa.Connection, row: int, commit: Commit | None = None) -> dict[str, Field]:
        """All fields; or those that a commit names, with data only if a refusal might have to return it."""
        f = self.field.c
        needs_data = commit is None or any(change.guarded for change in commit.changes.values())
        query = sa.select(f.key, f.version, f.data if needs_data else sa.null()).where(f.session == row)
        if commit is not None:
            query = query.where(f.digest.in_([_digest(key) for key in commit.changes]))
        return {_text(key): Field(version, data) for key, version, data in connection.execute(query)}

    def begin(self, connection: sa.Connection, row: int, head: Head) -> None:
        """Put `head` in place of whatever stands there, without fields."""
        connection.execute(sa.delete(self.field).where(self.field.c.session == row))
        self.move(connection, row, head)

    def move(self, connection: sa.Connection, row: int, head: Head) -> None:
        """Bring a row up to a head."""
        connection.execute(sa.update(self.session).where(self.session.c.id == row).values(_columns(head)))

    def put(self, connection: sa.Connection, row: int, fields: Mapping[str, Field]) -> None:
        """Write fields, over those of the same keys."""
        rows = [
            {"session": row, "digest": _digest(key), "key": _blob(key), "version": f.version, "data": f.data}
            for key, f in fields.items()
        ]
        if rows:
            connection.execute(self._upsert(), rows)

    def _upsert(self) -> Any:
        insert = self._insert(self.field)
        new = insert.inserted if self._is_mariadb else insert.excluded
        values = {"version": new.version, "data": new.data}
        if self._is_mariadb:
            return insert.on_duplicate_key_update(values)
        return insert.on_conflict_do_update(index_elements=["session", "digest"], set_=values)

    def copy_fields(self, connection: sa.Connection, source: int, target: int) -> None:
        """Give one row the fields of another, tombstones included."""
        f = self.field.c
        query = sa.select(sa.literal(target, sa.BigInteger), f.digest, f.key, f.version, f.data)
        insert = sa.insert(self.field).from_select(list(f.keys()), query.where(f.session == source))
        connection.execute(insert)

    def drop_tombstones(self, connection: sa.Connection, row: int, below: int) -> None:
        """Drop the tombstones of lower versions."""
        f = self.field.c
        connection.execute(sa.delete(self.field).where(f.session == row, f.data.is_(None), f.version < below))

    def drop_ended(self, connection: sa.Connection, limit: int) -> int:
        """Drop up to `limit` sessions whose time is over and that nobody else is busy with."""
        s = self.session.c
        ended = sa.select(s.id).where(s.ends <= self.now(connection)).limit(limit)
        rows = connection.execute(ended.with_for_update(skip_locked=True)).scalars().all()
        if rows:
            connection.execute(sa.delete(self.field).where(self.field.c.session.in_(rows)))
            connection.execute(sa.delete(self.session).where(s.id.in_(rows)))
        return len(rows)

    def _at(self, server_time: float) -> float:
        return server_time if self._clock is None else self._clock()


def record_of(head: Head, fields: Mapping[str, Field], now: float) -> Record | None:
    """A record, if it is alive."""
    if state_of(head, now) != "alive":
        return None
    return Record(head.version, head.created, head.idle_expires, head.expires, head.schema, fields, now)


def _columns(head: Head) -> dict[str, float | None]:
    return {**head._asdict(), "ends": ends(head)}


def _blob(key: str) -> bytes:
    """Keys are bytes at rest: Python strings may hold lone surrogates and NUL, PostgreSQL's text may not."""
    return key.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return bytes(key).decode("utf-8", "surrogatepass")


def _digest(key: str) -> bytes:
    return hashlib.sha256(_blob(key)).digest()
