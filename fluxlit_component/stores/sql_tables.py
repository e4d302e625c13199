"""The two tables of the SQL store, and the statements on them, inside a transaction that the caller holds.

For `stores.sql` only. `stores.ledger` decides what a commit may do, and `stores.sql_engine` how long a call
may wait. Statements go to the driver directly: SQLAlchemy would take longer than the database does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa

from fluxlit_component.clock import Clock, wall
from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores.ledger import PAGE, Head, Place, ends
from fluxlit_component.stores.values import key_bytes

_POSTGRES: Final = {
    "engine": "PostgreSQL",
    "engine_version": "current_setting('server_version')",
    "serial": "BIGSERIAL PRIMARY KEY",
    "double": "DOUBLE PRECISION",
    "bytes": "BYTEA",
    "hash": "BYTEA",
    "binary": "BYTEA",
    "named": "CAST(f.version || ' ' AS BYTEA) || f.key",
    "lock": "FOR UPDATE",
    "pass": "ON CONFLICT DO NOTHING",
    "over": "ON CONFLICT (session, digest) DO UPDATE SET version = excluded.version, data = excluded.data",
    "now": "CAST(extract(epoch FROM clock_timestamp()) AS double precision)",
}
DIALECTS: Final[dict[str, dict[str, str]]] = {
    "postgresql": _POSTGRES,
    # SQLite counts up only this kind of key, locks the whole file, and has no server with a clock.
    "sqlite": {
        **_POSTGRES,
        "engine": "SQLite through SQLAlchemy",
        "engine_version": "sqlite_version()",
        "serial": "INTEGER PRIMARY KEY",
        "lock": "",
        "now": "0.0",
    },
    "mariadb": {
        "engine": "MariaDB",
        "engine_version": "version()",
        "serial": "BIGINT AUTO_INCREMENT PRIMARY KEY",
        "double": "DOUBLE",
        "bytes": "LONGBLOB",  # a BLOB ends at 64 KB
        "hash": "BINARY(32)",  # MariaDB indexes no whole BLOB
        "binary": "BINARY",
        "named": "CONCAT(f.version, ' ', f.`key`)",
        "lock": "FOR UPDATE",
        "pass": "ON DUPLICATE KEY UPDATE id = id",
        "over": "ON DUPLICATE KEY UPDATE version = VALUES(version), data = VALUES(data)",
        # As with PostgreSQL: the time now (after a wait for a lock), not at the start of the statement. In
        # UTC, MariaDB has only a function for the start of the statement.
        "now": "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) "
        "+ TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))) / 1e6",
    },
}
"""The words in which the SQL of the databases differs."""
MOST_CHANGES: Final = 16  # commits of more keys go step by step: each number of keys needs another statement
_CREATE: Final = (
    """CREATE TABLE IF NOT EXISTS {s} (id {serial}, name VARCHAR(64) NOT NULL UNIQUE, version BIGINT NOT NULL,
    created {double} NOT NULL, idle_expires {double}, expires {double}, {schema} BIGINT NOT NULL,
    forget {double}, ends {double})""",
    "CREATE INDEX IF NOT EXISTS {index} ON {s} (ends)",
    # `digest` is the hash of the key, because a key may be too long for an index.
    """CREATE TABLE IF NOT EXISTS {f} (session BIGINT NOT NULL, digest {hash} NOT NULL,
    {key} {bytes} NOT NULL, version BIGINT NOT NULL, data {bytes}, PRIMARY KEY (session, digest))""",
)
_CREATION_LOCK: Final = 0x666C7578  # any number, but the same in every process


class Tables:
    """Sessions and their fields, in two tables whose names begin with `prefix`."""

    def __init__(self, prefix: str, dialect: sa.Dialect, clock: Clock | None) -> None:
        self.clock = wall if clock is None and dialect.name == "sqlite" else clock
        self.dialect = dialect.name
        self.names = (f"{prefix}session", f"{prefix}field")
        quote = dialect.identifier_preparer.quote
        columns = ("version", "created", "idle_expires", "expires", "schema", "forget")
        self._marks = dialect.paramstyle == "qmark"
        names = {"s": self.names[0], "f": self.names[1], "index": f"{prefix}session_ends"}
        self._words = {
            **DIALECTS[dialect.name],
            **{word: quote(name) for word, name in names.items()},
            **{word: quote(word) for word in ("key", "schema")},
            "head": ", ".join(f"s.{quote(name)}" for name in columns),
            "numbers": ", ".join(f"coalesce(s.{quote(name)}, -1)" for name in columns),
        }
        self._texts: dict[str, str] = {}

    def sql(self, statement: str) -> str:
        """A statement for the driver: with this database's words and the driver's parameter marks."""
        if statement not in self._texts:
            text = self.fill(statement)
            self._texts[statement] = text if self._marks else text.replace("%", "%%").replace("?", "%s")
        return self._texts[statement]

    def fill(self, statement: str) -> str:
        """A statement with this database's words filled in."""
        return statement.format(**self._words)

    def now(self, server_time: float) -> float:
        """The time to use: the server's, unless this store has a clock."""
        return float(server_time) if self.clock is None else self.clock()

    def loaded(self, rows: Any) -> Record | None:
        """The record from the rows of `LOAD`, if the session is alive."""
        if not rows:
            return None
        now, version, created, idle, expires, schema, forget = bytes(rows[0][0]).split()
        times = [None if moment == b"-1" else float(moment) for moment in (idle, expires, forget)]
        head = Head(int(version), float(created), times[0], times[1], int(schema), times[2])
        new, fields = tuple.__new__, {}
        for named, data in rows[1:]:
            number, _, key = named.partition(b" ")
            fields[str(key, "utf-8", "surrogatepass")] = new(Field, (int(number), data))
        return Place("", None, head, self.now(float(now)), fields).record()

    def outcome(self, rows: Any, commit: Commit) -> Outcome | None:
        """The outcome of a commit, from one row per written key. None: nothing was written."""
        if not rows:
            return None
        now, version, idle_expires, expires = rows[0][:4]
        known = {bytes(row[4]): row[5] for row in rows}
        newer = [key for key, change in commit.changes.items() if known[key_bytes(key)] > change.base]
        return Outcome("committed", version, {}, frozenset(newer), idle_expires, expires, now)


LOAD: Final = """SELECT CAST(concat_ws(' ', {now}, {numbers}) AS {binary}), NULL FROM {s} s
    WHERE s.name = ? UNION ALL
    SELECT {named}, f.data FROM {s} s JOIN {f} f ON f.session = s.id WHERE s.name = ?"""
"""A whole session: the head as one text, then for each field one text (version and key) and its data.
Few values are fast: drivers take as long for each value as the database takes for a row."""

# Sessions are picked before the join; else all would be joined. LIKE would not always use the index.
_PAGE: Final = f"""SELECT s.name, {{head}}, count(f.data), coalesce(sum(length(f.data)), 0)
    FROM (SELECT * FROM {{s}} WHERE name >= ? AND name < ? AND name > ? ORDER BY name LIMIT {PAGE}) s
    LEFT JOIN {{f}} f ON f.session = s.id GROUP BY s.name, {{head}} ORDER BY s.name"""  # noqa: S608 - constants


class SQLTransaction:
    """A `Transaction` on one cursor, which locks a session's row. `Place.row` is the number of that row."""

    def __init__(self, cursor: Any, tables: Tables) -> None:
        self.cursor = cursor
        self.tables = tables

    def ask(self, statement: str, *values: Any) -> Any:
        self.tell(statement, *values)
        return self.cursor.fetchall()

    def tell(self, statement: str, *values: Any) -> None:
        self.cursor.execute(self.tables.sql(statement), values)

    def create(self) -> None:
        if self.tables.dialect == "postgresql":  # here IF NOT EXISTS alone fails if two try at once
            self.tell(f"SELECT pg_advisory_xact_lock({_CREATION_LOCK})")
        for statement in _CREATE:
            self.tell(statement)

    def now(self) -> float:
        return self.tables.now(self.ask("SELECT {now}")[0][0])

    def find(
        self,
        name: str,
        keys: Collection[str] | None = (),
        *,
        data: bool = True,
        create: bool = False,
        hold: bool = True,
    ) -> Place:
        """Like `Transaction.find`; without `hold` the row is not locked.

        A row that is made only to be locked is a marker whose time is long over. It counts as absent.
        """
        head = f"SELECT {{now}}, s.id, {{head}} FROM {{s}} s WHERE s.name = ? {'{lock}' if hold else ''}"  # noqa: S608 - constants
        made = "INSERT INTO {s} (name, version, created, {schema}, forget) VALUES (?, 0, 0, 0, 0) {pass}"
        while not (rows := self.ask(head, name)):
            if not create:
                return Place(name, None, None, self.now())
            self.tell(made, name)
        place = Place(name, rows[0][1], Head(*rows[0][2:]), self.tables.now(rows[0][0]))
        if keys is None or keys:
            among = "" if keys is None else f"AND digest IN ({', '.join('?' * len(keys))})"
            columns = "{key}, version, data" if data else "{key}, version, NULL"
            query = f"SELECT {columns} FROM {{f}} WHERE session = ? {among}"  # noqa: S608 - constants
            for key, version, kept in self.ask(query, place.row, *map(digest, keys or ())):
                # Some drivers return a memoryview.
                field = Field(version, bytes(kept) if type(kept) is memoryview else kept)
                place.fields[str(key, "utf-8", "surrogatepass")] = field
        return place

    def begin(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        self.tell("DELETE FROM {f} WHERE session = ?", place.row)
        self.move(place, head, fields)

    def move(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        update = """UPDATE {s} SET version = ?, created = ?, idle_expires = ?, expires = ?, {schema} = ?,
            forget = ?, ends = ? WHERE id = ?"""
        self.tell(update, *head, ends(head), place.row)
        rows = [(place.row, digest(key), key_bytes(key), *field) for key, field in fields.items()]
        if rows:
            upsert = "INSERT INTO {f} (session, digest, {key}, version, data) VALUES (?, ?, ?, ?, ?) {over}"
            self.cursor.executemany(self.tables.sql(upsert), rows)

    def drop_tombstones(self, place: Place, below: int) -> None:
        self.tell("DELETE FROM {f} WHERE session = ? AND data IS NULL AND version < ?", place.row, below)

    def drop_ended(self, limit: int) -> int:
        """Drop up to `limit` ended sessions that no other transaction has locked."""
        skip = "" if self.tables.fill("{lock}") == "" else "FOR UPDATE SKIP LOCKED"
        rows = self.ask(f"SELECT id FROM {{s}} WHERE ends <= ? LIMIT ? {skip}", self.now(), limit)  # noqa: S608 - constants
        if rows:
            among = ", ".join(str(int(number)) for (number,) in rows)
            self.tell(f"DELETE FROM {{f}} WHERE session IN ({among})")  # noqa: S608 - numbers
            self.tell(f"DELETE FROM {{s}} WHERE id IN ({among})")  # noqa: S608 - numbers
        return len(rows)

    def page(self, prefix: str, after: str) -> Any:
        # No hex character comes after "f", so all names with the prefix are less than the prefix plus "g".
        return self.ask(_PAGE, prefix, f"{prefix}g", after)


def digest(key: str) -> bytes:
    """The hash by which a key is found."""
    return hashlib.sha256(key_bytes(key)).digest()
