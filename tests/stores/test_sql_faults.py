"""The SQL store when PostgreSQL is stopped, hung, locked, read-only: no answer, and soon.

Each test asserts how long a call was held, and that nothing was lost or torn.
"""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.identifier import stored_key
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sql import SQLSessionStore
from fluxlit_component.testing.server import free_port
from tests.servers.local_postgres import LocalPostgres

COMMIT = Commit({"x": Change(encode(1))}, create=True)
PRIVATE = b"private words"
CALLS: dict[str, Callable[[SQLSessionStore], object]] = {
    "get": lambda store: store.get("a"),
    "set": lambda store: store.set("a", {"x": 2}),
    "delete": lambda store: store.delete("a"),
    "load": lambda store: store.load("a"),
    "commit": lambda store: store.commit("a", COMMIT),
    "touch": lambda store: store.touch("a", idle_seconds=60),
    "copy": lambda store: store.copy("a", "b"),
    "rename": lambda store: store.rename("a", "b"),
    "take": lambda store: store.take("a"),
    "purge": lambda store: store.purge(),
}


@pytest.fixture
def server(own_postgres: LocalPostgres) -> LocalPostgres:
    """A server of these tests only."""
    return own_postgres


@pytest.fixture
def raw(server: LocalPostgres) -> Iterator[sa.Engine]:
    """An engine of somebody else; the tables are emptied."""
    engine = sa.create_engine(server.url, pool_pre_ping=True)
    with engine.begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f"TRUNCATE {name}")
    yield engine
    engine.dispose()


@pytest.fixture
def store(server: LocalPostgres, raw: sa.Engine) -> Iterator[SQLSessionStore]:
    """A store with the default patience, in use."""
    store = SQLSessionStore(server.url)
    patiently(lambda: store.set("a", {"x": 1}))
    yield store
    store.close()


def patiently(call: Callable[[], object]) -> object:
    """What must work, again if the machine is too busy to do it in time."""
    for _ in range(20):
        try:
            return call()
        except StoreUnavailable as error:
            last = error
    raise last


def unavailable(store: SQLSessionStore, name: str, held: Any, match: str | None = None) -> None:
    """The call gives no answer within the time a visitor may be held, and its message tells no id."""
    with held(), pytest.raises(StoreUnavailable, match=match) as caught:
        CALLS[name](store)
    assert stored_key("a") not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize("name", CALLS)
def test_refused_at_start(name: str, held: Any) -> None:
    """A store can be made while its server is down; every call says that there is no answer."""
    store = SQLSessionStore(f"postgresql://user:pass-word@127.0.0.1:{free_port()}/postgres")
    unavailable(store, name, held)
    with pytest.raises(StoreUnavailable) as caught:
        CALLS[name](store)
    assert "pass-word" not in f"{caught.value}{caught.value.__cause__}"
    store.close()


def test_stopped_and_restarted(server: LocalPostgres, store: SQLSessionStore, held: Any) -> None:
    """A server that dies is noticed at once; one that came back is used at once, with all that it had."""
    server.kill()
    try:
        for name in CALLS:
            unavailable(store, name, held)
    finally:
        server.start()
    assert patiently(lambda: store.get("a")) == {"x": 1}


def test_terminated_connections(raw: sa.Engine, store: SQLSessionStore) -> None:
    """Connections that the server ended while they were idle are replaced without anybody noticing."""
    with raw.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    assert patiently(lambda: store.get("a")) == {"x": 1}


def test_terminated_in_the_middle(raw: sa.Engine, store: SQLSessionStore, held: Any) -> None:
    """A connection that is ended while a commit waits for a lock: no answer, and nothing written."""
    with raw.begin() as connection:
        connection.exec_driver_sql("SELECT 1 FROM fluxlit_session FOR UPDATE")
        ender = threading.Timer(0.1, _terminate_waiting, [raw])
        ender.start()
        unavailable(store, "commit", held)
        ender.join()
    record = patiently(lambda: store.load("a"))
    assert getattr(record, "version", None) == 1


def _terminate_waiting(raw: sa.Engine) -> None:
    with raw.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )


@pytest.mark.parametrize("name", CALLS)
def test_hung(server: LocalPostgres, store: SQLSessionStore, name: str, held: Any) -> None:
    """A server that hangs in mid-use holds a call for a moment only, and is used again when it goes on."""
    server.pause()
    try:
        unavailable(store, name, held, match="nothing was heard")
    finally:
        server.resume()
    patiently(lambda: store.commit("b", COMMIT))


def test_hung_for_long(server: LocalPostgres, store: SQLSessionStore, held: Any) -> None:
    """However many calls run into a server that hangs, threads and connections stay few."""
    before = threading.active_count()
    server.pause()
    try:
        callers = [threading.Thread(target=unavailable, args=(store, "load", held)) for _ in range(40)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert threading.active_count() - before <= 15
    finally:
        server.resume()
    assert patiently(lambda: store.get("a")) == {"x": 1}


def test_never_answers(held: Any) -> None:
    """Something that accepts connections and says nothing is no store."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        store = SQLSessionStore(f"postgresql://127.0.0.1:{listener.getsockname()[1]}/postgres")
        for name in CALLS:
            unavailable(store, name, held)
        store.close()


def test_given_up_is_not_done(server: LocalPostgres, store: SQLSessionStore, held: Any) -> None:
    """What a caller was told to have failed is not done after all when a server that hung goes on."""
    server.pause()
    try:
        with held(), pytest.raises(StoreUnavailable):
            store.commit("a", Commit({"x": Change(encode(2))}))
    finally:
        server.resume()
    time.sleep(0.2)
    assert patiently(lambda: store.get("a")) == {"x": 1}


def test_locked(raw: sa.Engine, store: SQLSessionStore, held: Any) -> None:
    """While somebody else's transaction holds a row, writes to it give up soon; all else goes on."""
    with raw.begin() as connection:
        connection.exec_driver_sql("SELECT 1 FROM fluxlit_session FOR UPDATE")
        for name in ("set", "delete", "commit", "touch", "take", "copy", "rename"):
            unavailable(store, name, held)
        assert patiently(lambda: store.get("a")) == {"x": 1}
        assert patiently(lambda: store.set("b", {})) is None
    outcome = patiently(lambda: store.commit("a", COMMIT))
    assert getattr(outcome, "version", None) == 2


def test_lock_that_is_released(raw: sa.Engine, server: LocalPostgres) -> None:
    """A lock that is held for a moment only is waited for, and what was written under it is seen."""
    store = SQLSessionStore(server.url, timeout_seconds=20)
    store.commit("a", COMMIT)
    written: list[int] = []
    with raw.begin() as connection:
        connection.exec_driver_sql("UPDATE fluxlit_session SET version = 7")
        writer = threading.Thread(target=lambda: written.append(store.commit("a", COMMIT).version))
        writer.start()
        time.sleep(0.2)
    writer.join()
    assert written == [8]
    store.close()


@pytest.fixture
def trip(raw: sa.Engine) -> Iterator[Callable[[str, int], None]]:
    """Make the server fail with an error code at the next inserts of a field."""

    def set_trap(code: str, times: int) -> None:
        with raw.begin() as connection:
            connection.exec_driver_sql("CREATE SEQUENCE trips")
            connection.exec_driver_sql(
                "CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF nextval('trips') <= {times} THEN "
                f"RAISE EXCEPTION 'tripped' USING ERRCODE = '{code}'; "
                "END IF; RETURN new; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER trip AFTER INSERT OR UPDATE ON fluxlit_field "
                "FOR EACH ROW EXECUTE FUNCTION trip()"
            )

    yield set_trap
    with raw.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER trip ON fluxlit_field")
        connection.exec_driver_sql("DROP FUNCTION trip")
        connection.exec_driver_sql("DROP SEQUENCE trips")


@pytest.mark.parametrize("code", ["40001", "40P01"], ids=["serialization failure", "deadlock"])
def test_tried_again(server: LocalPostgres, store: SQLSessionStore, trip: Any, code: str) -> None:
    """A transaction that the server undid because of another one is done again."""
    trip(code, 3)
    patient = SQLSessionStore(server.url, timeout_seconds=20)
    assert patient.commit("a", COMMIT).version == 2
    patient.close()


def test_tried_again_in_vain(store: SQLSessionStore, trip: Any, held: Any) -> None:
    """If it is undone again and again, that ends soon."""
    trip("40001", 10_000)
    unavailable(store, "commit", held)


def test_error_quotes_no_value(store: SQLSessionStore, trip: Any) -> None:
    """Whatever fails, neither message nor traceback have what was to be written; and nothing was."""
    trip("P0001", 10_000)
    with pytest.raises(StoreUnavailable, match="tripped") as caught:
        store.commit("a", Commit({"x": Change(PRIVATE), "y": Change(b"1")}))
    text = "".join(traceback.format_exception(caught.value))
    assert PRIVATE.decode() not in text
    assert PRIVATE.hex() not in text
    assert stored_key("a") not in text
    assert patiently(lambda: store.get("a")) == {"x": 1}


def test_read_only(server: LocalPostgres, store: SQLSessionStore, held: Any) -> None:
    """A standby, or a server that was made read-only, refuses every write and still reads."""
    standby = SQLSessionStore(f"{server.url}?options=-cdefault_transaction_read_only%3Don")
    for name in ("set", "commit", "delete", "take"):
        unavailable(standby, name, held)
    assert patiently(lambda: standby.get("a")) == {"x": 1}
    standby.close()


def test_unknown_database(server: LocalPostgres, held: Any) -> None:
    """A database that is not there is no answer."""
    store = SQLSessionStore(server.url.replace("/postgres", "/elsewhere"))
    unavailable(store, "commit", held)
    store.close()


def test_too_many_connections(server: LocalPostgres, raw: sa.Engine, held: Any) -> None:
    """A server that takes no more connections gives no answer."""
    with raw.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS limited")
        connection.exec_driver_sql("CREATE ROLE limited LOGIN CONNECTION LIMIT 0")
    store = SQLSessionStore(server.url.replace("//postgres@", "//limited@"))
    unavailable(store, "commit", held)
    store.close()


def test_dropped_tables(raw: sa.Engine, store: SQLSessionStore, held: Any) -> None:
    """Tables that were dropped while the store was in use are made again after one call without answer."""
    with raw.begin() as connection:
        connection.exec_driver_sql("DROP TABLE fluxlit_session, fluxlit_field")
    unavailable(store, "commit", held)
    outcome = patiently(lambda: store.commit("a", COMMIT))
    assert getattr(outcome, "version", None) == 1
