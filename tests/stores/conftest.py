"""The servers that store tests talk to: started once, skipped with the reason where they cannot be had."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from fluxlit_component.testing.local_mariadb import LocalMariaDB
from fluxlit_component.testing.local_postgres import LocalPostgres
from fluxlit_component.testing.local_redis import LocalRedis


@pytest.fixture(scope="session")
def redis_server() -> Iterator[LocalRedis]:
    """A Redis server for tests that leave it running."""
    reason = LocalRedis.missing()
    if reason:
        pytest.skip(reason)
    with LocalRedis() as server:
        yield server


@pytest.fixture
def make_redis() -> Iterator[Callable[..., LocalRedis]]:
    """Start Redis servers of a test's own, which it may kill."""
    reason = LocalRedis.missing()
    if reason:
        pytest.skip(reason)
    servers: list[LocalRedis] = []

    def make(*args: str) -> LocalRedis:
        servers.append(LocalRedis(*args))
        return servers[-1].start()

    yield make
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[LocalPostgres]:
    """A PostgreSQL server for tests that leave it running."""
    reason = LocalPostgres.missing()
    if reason:
        pytest.skip(reason)
    with LocalPostgres() as server:
        yield server


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[LocalMariaDB]:
    """A MariaDB server that the tests of a module may kill, if they start it again."""
    reason = LocalMariaDB.missing()
    if reason:
        pytest.skip(reason)
    with LocalMariaDB() as server:
        yield server


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[LocalPostgres]:
    """A PostgreSQL server that the tests of a module may kill, if they start it again."""
    reason = LocalPostgres.missing()
    if reason:
        pytest.skip(reason)
    with LocalPostgres() as server:
        yield server


@pytest.fixture
def held() -> Callable[..., AbstractContextManager[None]]:
    """How long a run is held: fails if the block takes longer than a visitor should wait."""

    @contextmanager
    def within(seconds: float = 1.5) -> Iterator[None]:
        begin = time.monotonic()
        yield
        took = time.monotonic() - begin
        assert took < seconds, f"held for {took:.2f} s"

    return within
