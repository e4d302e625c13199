"""The backends that are measured, each with a real server of its own and the plainest client there is.

The plain client writes the whole state as one row or one key: what an app would do without us. It is the
floor, and it is what everybody who knows the engine would write down first.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg
import pymysql
import redis

from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.stores.sql import SQLSessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.servers.local_mariadb import LocalMariaDB
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis

PATIENT = 30.0
"""Seconds: how busy the machine is, is not what is measured."""


class Floor(Protocol):
    """One connection that keeps bytes under names."""

    words: str
    """What a write is, in words."""

    def write(self, name: str, data: bytes) -> object:
        """Keep `data`, over what is there."""

    def read(self, name: str) -> bytes | None:
        """What is kept."""

    def close(self) -> None:
        """Give the connection back."""


class RedisFloor:
    """redis-py, SET and GET. With a lifetime: a server without would fill up."""

    words = "redis-py SET of the whole state with a lifetime, its bytes being there already"

    def __init__(self, place: str) -> None:
        client = redis.Redis.from_url(place)
        self.write = partial(client.set, ex=86_400)
        self.read = client.get
        self.close = client.close


class SQLiteFloor:
    """sqlite3, one upsert; a write-ahead log and one sync per checkpoint, as in our store."""

    words = "sqlite3 upsert of the whole state, its bytes being there already (WAL, synchronous=NORMAL)"
    _WRITE = "INSERT INTO floor VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data"

    def __init__(self, place: str) -> None:
        # A file of its own beside ours: two programs would not share one either.
        self._connection = sqlite3.connect(
            f"{place}-floor", isolation_level=None, timeout=PATIENT, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS floor (name TEXT PRIMARY KEY, data BLOB)")
        self.close = self._connection.close

    def write(self, name: str, data: bytes) -> None:
        """Upsert."""
        self._connection.execute(self._WRITE, (name, data))

    def read(self, name: str) -> bytes | None:
        """Select."""
        row = self._connection.execute("SELECT data FROM floor WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]


class PostgresFloor:
    """psycopg, one upsert, committed at once."""

    words = "psycopg upsert of the whole state, its bytes being there already"
    _WRITE = "INSERT INTO floor VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET data = excluded.data"

    def __init__(self, place: str) -> None:
        self._connection = psycopg.connect(place.replace("+psycopg", ""), autocommit=True)
        self._connection.execute("CREATE TABLE IF NOT EXISTS floor (name TEXT PRIMARY KEY, data BYTEA)")
        self.close = self._connection.close

    def write(self, name: str, data: bytes) -> None:
        """Upsert."""
        self._connection.execute(self._WRITE, (name, data))

    def read(self, name: str) -> bytes | None:
        """Select."""
        row = self._connection.execute("SELECT data FROM floor WHERE name = %s", (name,)).fetchone()
        return None if row is None else row[0]


class MariaDBFloor:
    """PyMySQL, one upsert, committed at once."""

    words = "PyMySQL upsert of the whole state, its bytes being there already"
    _WRITE = "INSERT INTO floor VALUES (%s, %s) ON DUPLICATE KEY UPDATE data = VALUES(data)"

    def __init__(self, place: str) -> None:
        url = urlsplit(place)
        where: dict[str, Any] = {"host": url.hostname, "port": url.port, "user": url.username}
        self._connection = pymysql.connect(**where, database=url.path[1:], autocommit=True)
        self._cursor = self._connection.cursor()
        self._cursor.execute(
            "CREATE TABLE IF NOT EXISTS floor (name VARCHAR(64) PRIMARY KEY, data LONGBLOB) ENGINE=InnoDB"
        )
        self.close = self._connection.close

    def write(self, name: str, data: bytes) -> None:
        """Upsert."""
        self._cursor.execute(self._WRITE, (name, data))

    def read(self, name: str) -> bytes | None:
        """Select."""
        self._cursor.execute("SELECT data FROM floor WHERE name = %s", (name,))
        row = self._cursor.fetchone()
        return None if row is None else row[0]


FLOORS: dict[str, type[Any]] = {
    "Redis": RedisFloor,
    "SQLite": SQLiteFloor,
    "PostgreSQL": PostgresFloor,
    "MariaDB": MariaDBFloor,
}


def open_backend(name: str, place: str) -> VersionedStore:
    """Our store."""
    if name == "Redis":
        return RedisSessionStore(place, timeout_seconds=PATIENT)
    if name == "SQLite":
        return SQLiteSessionStore(place, busy_timeout_seconds=PATIENT)
    return SQLSessionStore(place, timeout_seconds=PATIENT)


_SERVERS: dict[str, Any] = {"Redis": LocalRedis, "PostgreSQL": LocalPostgres, "MariaDB": LocalMariaDB}


def backends() -> list[str]:
    """The backends that can be had here; says why if one cannot."""
    found = ["SQLite"]
    for name, kind in _SERVERS.items():
        reason = kind.missing()
        if reason:
            print(f"\n{name} is not measured: {reason}")
        else:
            found.append(name)
    return found


@contextmanager
def started(name: str) -> Iterator[str]:
    """Start a backend that is empty; its place."""
    if name in _SERVERS:
        with _SERVERS[name]() as server:
            yield server.url
    else:
        with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
            yield str(Path(folder) / "sessions.db")


@contextmanager
def started_backends() -> Iterator[dict[str, str]]:
    """Name -> place of each backend that can be had here."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(started(name)) for name in backends()}
