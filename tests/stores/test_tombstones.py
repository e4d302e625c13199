"""What a record says of deleted keys does not grow for ever: `stores.sql` has tests of its own for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fluxlit_component import InMemorySessionStore, RedisSessionStore, SQLiteSessionStore, VersionedStore
from fluxlit_component.state.record import Change, Commit, Field
from tests.servers.local_redis import LocalRedis


@pytest.fixture(params=["memory", "SQLite", "Redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VersionedStore]:
    """Each store that counts versions itself; patient, since the machine may be busy."""
    if request.param == "memory":
        yield InMemorySessionStore()
        return
    if request.param == "SQLite":
        found: SQLiteSessionStore | RedisSessionStore = SQLiteSessionStore(tmp_path / "sessions.db")
    else:
        server: LocalRedis = request.getfixturevalue("redis_server")
        found = RedisSessionStore(server.url, prefix="tombstones:", timeout_seconds=20)
    with closing(found):
        yield found


def test_tombstones_of_long_ago_are_dropped(store: VersionedStore) -> None:
    """After a thousand versions and some more, a tombstone is of no use to anyone."""
    store.commit("a", Commit({"gone": Change(None), "kept": Change(b"1")}, create=True))
    for _ in range(1000):
        store.commit("a", Commit({"x": Change(b"1")}))
    record = store.load("a")
    assert record is not None
    assert record.fields["gone"] == Field(1, None)
    for _ in range(100):
        store.commit("a", Commit({"x": Change(b"1")}))
    record = store.load("a")
    assert record is not None
    assert set(record.fields) == {"kept", "x"}
