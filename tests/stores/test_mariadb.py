"""The SQL store on a real MariaDB: the contract, and what is said otherwise there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sql import SQLSessionStore
from fluxlit_component.testing import VersionedStoreContract
from fluxlit_component.testing.contract import race
from tests.servers.local_mariadb import LocalMariaDB
from tests.stores.ageing import age
from tests.stores.browsing_contract import BrowsableStoreContract
from tests.stores.isolation import LEVELS, writers_lose_nothing

pytest.importorskip("pymysql", reason="no pymysql: pip install pymysql")

COMMIT = Commit({"x": Change(encode(1))}, create=True)


@pytest.fixture
def url(mariadb_server: LocalMariaDB) -> str:
    """Of a database without tables."""
    engine = sa.create_engine(mariadb_server.url)
    with engine.begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f"DROP TABLE {name}")
    engine.dispose()
    return mariadb_server.url


@pytest.fixture
def store(url: str) -> Iterator[SQLSessionStore]:
    """A store, patient: how busy the machine is, is not what is under test."""
    store = SQLSessionStore(url, timeout_seconds=20)
    yield store
    store.close()


class TestMariaDB(VersionedStoreContract, BrowsableStoreContract):
    lifetime = 30

    @pytest.fixture
    def store(self, url: str) -> Iterator[SQLSessionStore]:
        store = SQLSessionStore(url, timeout_seconds=20)
        yield store
        store.close()

    @pytest.fixture
    def advance(self, url: str) -> Callable[[float], None]:
        return partial(age, url)


@pytest.mark.parametrize("keys", [1, 3])
def test_what_fails_at_the_end_is_not_done(url: str, store: SQLSessionStore, keys: int) -> None:
    """A commit is done only if its last statement is: the rows with the answer are sent before that."""
    store.commit("sid", COMMIT)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no BEFORE INSERT ON fluxlit_field FOR EACH ROW SIGNAL SQLSTATE '45000'"
        )
    changes = {f"key {number}": Change(encode(number)) for number in range(keys)}
    with pytest.raises(StoreUnavailable):
        store.commit("sid", Commit(changes))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER no")
    engine.dispose()
    record = store.load("sid")
    assert record is not None
    assert record.version == 1
    assert record.fields.keys() == {"x"}
    assert store.commit("sid", Commit(changes)).version == 2


def test_tables_are_made_once(url: str) -> None:
    """Eight stores that are first used at the same moment make the tables, and all of them work."""
    stores = [SQLSessionStore(url, timeout_seconds=20) for _ in range(8)]
    assert race(8, lambda number: stores[number].commit(f"{number}", COMMIT).version) == [1] * 8
    for store in stores:
        store.close()


def test_values_are_as_large_as_elsewhere(store: SQLSessionStore) -> None:
    """A value of a megabyte and a key of a hundred thousand characters are kept whole."""
    data = bytes(range(256)) * 4096
    store.commit("a", Commit({"k" * 100_000: Change(data)}, create=True))
    record = store.load("a")
    assert record is not None
    assert [(len(key), field.data) for key, field in record.fields.items()] == [(100_000, data)]


def test_time_is_the_servers_and_in_utc(url: str) -> None:
    """Whatever the time zone of a connection, the store's clock counts from the Unix epoch."""
    engine = sa.create_engine(url, connect_args={"init_command": "SET time_zone = '-07:00'"})
    store = SQLSessionStore(engine, timeout_seconds=20)
    assert abs(store.commit("a", COMMIT).now - time.time()) < 60
    facts = store.describe()
    assert (facts.engine, facts.version[:1].isdigit()) == ("MariaDB", True)
    engine.dispose()


@pytest.mark.parametrize("level", LEVELS)
def test_engine_of_any_isolation(url: str, level: str) -> None:
    """However an engine isolates by default, a commit is one step and writers lose nothing."""
    writers_lose_nothing(url, level)


def test_given_up_is_not_done(mariadb_server: LocalMariaDB, url: str, held: Callable[..., Any]) -> None:
    """What a caller was told to have failed is not done after all when a server that hung goes on."""
    patient, store = SQLSessionStore(url, timeout_seconds=20), SQLSessionStore(url)
    patient.set("a", {"x": 1})
    assert patient.commit("a", COMMIT).version == 2
    for _ in range(20):  # a busy machine
        with contextlib.suppress(StoreUnavailable):
            store.load("a")
            break
    mariadb_server.pause()
    with held(), pytest.raises(StoreUnavailable):
        store.commit("a", Commit({"x": Change(encode(2))}))
    mariadb_server.resume()
    time.sleep(0.2)
    assert patient.get("a") == {"x": 1}
    store.close()
    patient.close()


def test_no_answer_is_soon(mariadb_server: LocalMariaDB, url: str, held: Callable[..., Any]) -> None:
    """While the server hangs, holds a lock or is dead a call is over soon; then all is there again."""
    patient, store = SQLSessionStore(url, timeout_seconds=20), SQLSessionStore(url)
    patient.set("a", {"x": 1})
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM fluxlit_session FOR UPDATE")
        with held(), pytest.raises(StoreUnavailable):
            store.commit("a", COMMIT)
    engine.dispose()
    mariadb_server.pause()
    with held(), pytest.raises(StoreUnavailable):
        store.load("a")
    mariadb_server.resume()
    assert patient.load("a") is not None
    mariadb_server.kill()
    with held(), pytest.raises(StoreUnavailable):
        store.load("a")
    mariadb_server.start()
    assert patient.get("a") == {"x": 1}
    store.close()
    patient.close()


def test_pymysql_hides_its_socket(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the private socket a connection is asked by a ping; one that the server closed is replaced."""
    monkeypatch.setattr("fluxlit_component.stores.sql_mariadb.hasattr", lambda *_: False, raising=False)
    store = SQLSessionStore(url, timeout_seconds=20)
    store.commit("a", COMMIT)
    assert store.get("a") == {"x": 1}
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        others = (
            "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db = DATABASE()"
        )
        closed = [number for (number,) in connection.exec_driver_sql(others)]
        for number in closed:
            connection.exec_driver_sql(f"KILL {number}")
    engine.dispose()
    assert closed
    assert store.get("a") == {"x": 1}
    store.close()
