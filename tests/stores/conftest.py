"""What store tests talk to: servers, or the reason why they cannot be had, and a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.held import within
from tests.servers import running, several
from tests.servers.local_mariadb import LocalMariaDB
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis
from tests.stores.redis_clock import RedisClock
from tests.turnable import TurnableClock

pytest.register_assert_rewrite("tests.stores.browsing_contract")  # its failed asserts show their values


@pytest.fixture(scope="session")
def redis_server() -> Iterator[LocalRedis]:
    """A Redis server for tests that leave it running."""
    yield from running(LocalRedis)


@pytest.fixture
def make_redis() -> Iterator[Callable[..., LocalRedis]]:
    """Start Redis servers of a test's own, which it may kill."""
    yield from several(LocalRedis)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[LocalPostgres]:
    """A PostgreSQL server for tests that leave it running."""
    yield from running(LocalPostgres)


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[LocalMariaDB]:
    """A MariaDB server that the tests of a module may kill, if they start it again."""
    yield from running(LocalMariaDB)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[LocalPostgres]:
    """A PostgreSQL server that the tests of a module may kill, if they start it again."""
    yield from running(LocalPostgres)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A SQLite file that is not there yet, under a name that does not tell whose it is."""
    return tmp_path / "sessions.db"


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteSessionStore]:
    """SQLite with the default patience; tests of other stores have a fixture of their own."""
    store = SQLiteSessionStore(path)
    yield store
    store.close()


@pytest.fixture
def clock() -> TurnableClock:
    """The hands of the store's clock."""
    return TurnableClock()


@pytest.fixture
def other(path: Path, store: SQLiteSessionStore) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else to the same file."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    yield connection
    connection.close()


@pytest.fixture
def held() -> Callable[..., AbstractContextManager[None]]:
    """How long a run is held: fails if the block takes longer than a visitor should wait."""
    return within


@pytest.fixture
def redis_clock(monkeypatch: pytest.MonkeyPatch) -> RedisClock:
    """The hands of the clock that the Redis store goes by."""
    return RedisClock(monkeypatch)
