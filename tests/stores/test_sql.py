"""The SQL store: the contract on a real PostgreSQL and on SQLite, and what only it has: tables, engines."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from fluxlit_component.clock import Clock
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.state.record import Change, Commit, Field
from fluxlit_component.stores.sql import SQLSessionStore
from fluxlit_component.stores.sql_postgres import PostgresLink
from fluxlit_component.stores.sql_tables import Tables
from fluxlit_component.testing import VersionedStoreContract
from fluxlit_component.testing.contract import race
from tests.servers.local_postgres import LocalPostgres
from tests.stores.ageing import age, swept
from tests.stores.browsing_contract import BrowsableStoreContract
from tests.stores.isolation import LEVELS, writers_lose_nothing
from tests.turnable import TurnableClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)


@pytest.fixture
def raw(postgres_server: LocalPostgres) -> Iterator[sa.Engine]:
    """An engine of somebody else; the tables are emptied."""
    engine = sa.create_engine(postgres_server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f"TRUNCATE {name}")
    yield engine
    engine.dispose()


@pytest.fixture
def store(postgres_server: LocalPostgres, raw: sa.Engine) -> Iterator[SQLSessionStore]:
    """A store, patient: how busy the machine is, is not what is under test."""
    store = SQLSessionStore(postgres_server.url, timeout_seconds=20)
    yield store
    store.close()


class TestPostgres(VersionedStoreContract, BrowsableStoreContract):
    lifetime = 30

    @pytest.fixture
    def store(self, postgres_server: LocalPostgres, raw: sa.Engine) -> Iterator[SQLSessionStore]:
        # Patience: 50 threads on a slow machine are not what is under test.
        store = SQLSessionStore(postgres_server.url, timeout_seconds=20)
        yield store
        store.close()

    @pytest.fixture
    def advance(self, postgres_server: LocalPostgres) -> Callable[[float], None]:
        return partial(age, postgres_server.url)


class TestSQLite(VersionedStoreContract, BrowsableStoreContract):
    """The contract on another dialect, with an engine that was passed in."""

    @pytest.fixture
    def clock(self) -> TurnableClock:
        return TurnableClock()

    @pytest.fixture
    def store(self, tmp_path: Path, clock: Clock) -> Iterator[SQLSessionStore]:
        engine = sa.create_engine(f"sqlite:///{tmp_path}/sessions.db", connect_args={"timeout": 20})
        sa.event.listen(
            engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF")
        )
        yield SQLSessionStore(engine, clock=clock)
        engine.dispose()

    @pytest.fixture
    def advance(self, clock: TurnableClock) -> Callable[[float], None]:
        return clock.advance


def _everything(raw: sa.Engine) -> str:
    with raw.connect() as connection:
        rows = [
            row
            for table in ("fluxlit_session", "fluxlit_field")
            for row in connection.exec_driver_sql(f"SELECT t.*, t::text FROM {table} t")
        ]
    return repr(rows)


def test_id_is_never_at_rest(store: SQLSessionStore, raw: sa.Engine) -> None:
    """No row tells an id; what is found there is no id."""
    sid, target = new_session_id(), new_session_id()
    store.commit(sid, COMMIT)
    store.touch(sid, idle_seconds=5)
    store.rename(sid, target)
    store.take(target)
    store.set(sid, {"a": 1})
    at_rest = _everything(raw)
    assert stored_key(sid) in at_rest
    assert sid not in at_rest
    assert target not in at_rest
    assert store.load(stored_key(sid)) is None


def test_documented_tables_are_the_real_ones(raw: sa.Engine, postgres_server: LocalPostgres) -> None:
    """Who makes the tables by hand, as documented, has those that the store would make."""
    page = (Path(__file__).parents[2] / "docs" / "stores.md").read_text("utf-8")
    documented = page.split("```sql\n")[1].partition("```")[0].replace("fluxlit_", "hand_made_")
    with raw.connect() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS hand_made_session, hand_made_field")
        connection.exec_driver_sql(documented)
    store = SQLSessionStore.from_url(f"{postgres_server.url}?table_prefix=hand_made_")
    assert store.commit("a", COMMIT).version == 1
    store.close()
    other = SQLSessionStore(raw, table_prefix="own_")
    other.commit("a", COMMIT)
    inspector = sa.inspect(raw)
    for table in ("session", "field"):
        columns = [
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(f"{prefix}{table}")]
            for prefix in ("hand_made_", "own_")
        ]
        assert columns[0] == columns[1]
        assert len(inspector.get_indexes(f"hand_made_{table}")) == len(inspector.get_indexes(f"own_{table}"))
    with raw.connect() as connection:
        connection.exec_driver_sql("DROP TABLE hand_made_session, hand_made_field, own_session, own_field")


def test_tables_are_made_once(raw: sa.Engine, postgres_server: LocalPostgres) -> None:
    """Eight stores that are first used at the same moment make the tables, and all of them work."""
    with raw.connect() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS fluxlit_session, fluxlit_field")
    stores = [SQLSessionStore(postgres_server.url, timeout_seconds=20) for _ in range(8)]
    assert race(8, lambda number: stores[number].commit(f"{number}", COMMIT).version) == [1] * 8
    for store in stores:
        store.close()


def test_role_that_may_not_create(
    store: SQLSessionStore, raw: sa.Engine, postgres_server: LocalPostgres
) -> None:
    """Where the tables are there, the right to make some is not needed."""
    store.commit("a", COMMIT)
    with raw.connect() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS app")
        connection.exec_driver_sql("CREATE ROLE app LOGIN")
        connection.exec_driver_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.exec_driver_sql(
            "GRANT ALL ON fluxlit_session, fluxlit_field, fluxlit_session_id_seq TO app"
        )
    theirs = SQLSessionStore(postgres_server.url.replace("//postgres@", "//app@"), timeout_seconds=5)
    assert theirs.commit("a", COMMIT).version == 2
    assert theirs.commit("b", COMMIT).version == 1
    theirs.close()
    with raw.connect() as connection:
        connection.exec_driver_sql(
            "REVOKE ALL ON fluxlit_session, fluxlit_field, fluxlit_session_id_seq FROM app"
        )
        connection.exec_driver_sql("DROP ROLE app")


def test_clock_is_the_server_s(store: SQLSessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine of the app believes about the time, the server's clock counts."""
    real = time.time()
    monkeypatch.setattr(time, "time", lambda: 1.0)
    outcome = store.commit("a", Commit({"x": Change(b"1")}, idle_seconds=60, create=True))
    record = store.load("a")
    assert record is not None
    assert outcome.now == pytest.approx(real, abs=10)
    assert record.now >= record.created == outcome.now
    assert store.commit("unknown", Commit({"x": Change(b"1")})).now == pytest.approx(real, abs=10)


def test_clock_of_the_caller(postgres_server: LocalPostgres, raw: sa.Engine) -> None:
    """A store that was given a clock goes by it."""
    clock = TurnableClock()
    store = SQLSessionStore(raw, clock=clock)
    store.set("a", {"x": 1}, ttl_seconds=60)
    clock.advance(59)
    assert store.get("a") == {"x": 1}
    clock.advance(1)
    assert store.get("a") is None


def test_long_keys(store: SQLSessionStore) -> None:
    """A key may be longer than an index of the database takes."""
    keys = {f"{letter * 10_000}": 1 for letter in "ab"}
    store.set("a", keys)
    assert store.get("a") == keys


def test_marker_is_forgotten_after_a_day(raw: sa.Engine) -> None:
    """A day after its destruction an id counts as never used, and a purge drops the marker."""
    clock = TurnableClock()
    store = SQLSessionStore(raw, clock=clock)
    store.delete("a")
    store.delete("b")
    clock.advance(86_399)
    assert store.purge() == 0
    assert store.commit("a", COMMIT).verdict == "destroyed"
    clock.advance(1)
    assert store.commit("a", COMMIT).verdict == "committed"
    assert store.purge() == 1


def test_purge_leaves_no_fields(raw: sa.Engine) -> None:
    """With a session its fields go, no more sessions than asked for, and none that somebody is busy with."""
    clock = TurnableClock()
    store = SQLSessionStore(raw, clock=clock)
    for number in range(5):
        store.set(f"{number}", {"x": 1, "y": 2}, ttl_seconds=60)
    clock.advance(60)
    assert store.purge(limit=2) == 2
    with raw.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM fluxlit_field").scalar() == 6
    with raw.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        connection.exec_driver_sql("SELECT 1 FROM fluxlit_session LIMIT 1 FOR UPDATE")
        assert store.purge() == 2
    assert store.purge() == 1
    assert _everything(raw) == "[]"


def test_expired_sessions_are_swept(raw: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Now and then a commit drops some sessions that have ended."""
    clock = TurnableClock()
    store = SQLSessionStore(raw, clock=clock)
    store.set("old", {"x": 1}, ttl_seconds=60)
    clock.advance(60)
    store.commit("a", COMMIT)
    assert stored_key("old") in _everything(raw)
    monkeypatch.setattr(store, "_sweep_due", 0.0)
    store.commit("a", COMMIT)
    swept()
    assert stored_key("old") not in _everything(raw)


def test_tombstones_of_long_ago_are_dropped(tmp_path: Path) -> None:
    """After a thousand versions and some more, a tombstone is of no use to anyone."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/sessions.db")
    store = SQLSessionStore(engine)
    store.commit("a", Commit({"gone": Change(None), "kept": Change(b"1"), "x": Change(b"1")}, create=True))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE fluxlit_session SET version = 1098")
    store.commit("a", Commit({"x": Change(b"1")}))
    record = store.load("a")
    assert record is not None
    assert record.fields["gone"] == Field(1, None)
    store.commit("a", Commit({"x": Change(b"1")}))
    record = store.load("a")
    assert record is not None
    assert set(record.fields) == {"kept", "x"}
    engine.dispose()


def test_tombstones_of_long_ago_are_dropped_by_a_server(store: SQLSessionStore, raw: sa.Engine) -> None:
    """A commit that is one round trip leaves to the next step what it does not do itself."""
    store.commit("a", Commit({"gone": Change(None), "x": Change(b"1")}, create=True))
    with raw.connect() as connection:
        connection.exec_driver_sql("UPDATE fluxlit_session SET version = 1098")
    versions = [store.commit("a", Commit({"x": Change(b"1")})).version for _ in range(2)]
    record = store.load("a")
    assert record is not None
    assert (versions, set(record.fields)) == ([1099, 1100], {"x"})


@pytest.mark.parametrize("many", [1, 16, 17])
def test_commits_of_any_number_of_keys(store: SQLSessionStore, many: int) -> None:
    """Few keys or many: written, said to be overwritten, and refused, all the same."""
    keys = [f"key {number}" for number in range(many)]
    store.commit("a", Commit({"x": Change(b"0")}, create=True))
    assert store.commit("a", Commit({key: Change(b"1") for key in keys}, idle_seconds=60)).version == 2
    again = store.commit("a", Commit({key: Change(b"2", base=1) for key in keys}, idle_seconds=60))
    assert (again.version, again.overwritten, again.refused) == (3, set(keys), {})
    known = {key: Change(b"3", base=3, guarded=True) for key in keys}
    assert store.commit("a", Commit({**known, keys[-1]: Change(None, base=3)})).version == 4
    late = store.commit("a", Commit(known))
    assert late.refused == {key: Field(4, b"3") for key in keys[:-1]} | {keys[-1]: Field(4, None)}
    record = store.load("a")
    assert record is not None
    assert (record.version, record.idle_expires, len(record.fields)) == (4, None, many + 1)


@pytest.mark.usefixtures("raw")
def test_pooler_that_prepares_nothing(postgres_server: LocalPostgres) -> None:
    """An engine that is told to prepare no statements, as some poolers need it, is not made to."""
    engine = sa.create_engine(postgres_server.url, connect_args={"prepare_threshold": None}, pool_size=1)
    store = SQLSessionStore(engine, timeout_seconds=20)
    assert [store.commit("a", COMMIT).version for _ in range(9)] == list(range(1, 10))
    assert store.get("a") == {"x": 1}
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar() == 0
    engine.dispose()


def test_engine_that_was_passed_in_stays_open(raw: sa.Engine, postgres_server: LocalPostgres) -> None:
    """Who opened an engine closes it; a store that was made from a URL may be used again after a close."""
    theirs = SQLSessionStore(raw)
    theirs.commit("a", COMMIT)
    theirs.close()
    assert raw.pool.checkedin() > 0
    ours = SQLSessionStore(postgres_server.url, timeout_seconds=5)
    assert ours.get("a") == {"x": 1}
    ours.close()
    assert ours.get("a") == {"x": 1}
    ours.close()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.usefixtures("raw")
def test_engine_of_any_isolation(postgres_server: LocalPostgres, level: str) -> None:
    """However an engine isolates by default, a commit is one step and writers lose nothing."""
    writers_lose_nothing(postgres_server.url, level)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork(store: SQLSessionStore) -> None:
    """A child that was forked has connections of its own: no answer goes to the wrong process."""
    store.commit("a", COMMIT)
    child = os.fork()
    if child == 0:
        try:
            good = all(store.get("a") == {"x": 1} for _ in range(30))
        finally:
            os._exit(0 if good else 1)
    assert all(store.load("b") is None for _ in range(30))
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("mysql+pymysql://:secret@host/db", "not on mysql"),
        ("postgresql+none://:secret@host/db", "part by part"),
        ("postgresql://:sec/ret@host:port/db", "part by part"),
        ("no url: secret", "part by part"),
    ],
)
def test_url_that_cannot_work(url: str, remedy: str) -> None:
    """A URL with a mistake is refused when the store is made; the message tells no password."""
    for make in (SQLSessionStore, SQLSessionStore.from_url):
        with pytest.raises(ConfigurationError, match=remedy) as caught:
            make(url)
        assert "ret" not in str(caught.value)


def test_what_is_no_engine() -> None:
    """Anything but a URL and an engine is refused."""
    with pytest.raises(ConfigurationError, match="Engine"):
        SQLSessionStore(object())  # type: ignore[arg-type]


def test_other_databases() -> None:
    """A database on which the contract was not tested is refused."""
    engine = sa.create_engine(
        "mysql+pymysql://host", module=SimpleNamespace(paramstyle="format", __name__="stub")
    )
    with pytest.raises(ConfigurationError, match="not on mysql"):
        SQLSessionStore(engine)


@pytest.mark.usefixtures("raw")
def test_limits_stay_on_connections_of_ours(postgres_server: LocalPostgres) -> None:
    """A connection that only the store has keeps its limits; one of an engine that others use gets none."""
    engine = sa.create_engine(postgres_server.url, pool_size=1)
    theirs, ours = (SQLSessionStore(place, timeout_seconds=20) for place in (engine, postgres_server.url))
    for store in (theirs, ours):
        for _ in range(3):
            store.commit("limits", COMMIT)
            store.load("limits")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
    (connection, _) = ours._database._at_hand[0]
    assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "16s"
    ours.close()
    engine.dispose()


def test_limits_end_with_a_transaction_behind_a_pooler(postgres_server: LocalPostgres) -> None:
    """A pooler tells of another process than the server does, and gives its connections to others."""
    engine = sa.create_engine(postgres_server.url)
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.autocommit = True
        pooled = SimpleNamespace(execute=raw.execute, pgconn=raw.pgconn, info=SimpleNamespace(backend_pid=-1))
        PostgresLink(pooled, Tables("fluxlit_", engine.dialect, None), "400", owned=True)
        assert raw.execute("SHOW lock_timeout").fetchone()[0] == "0"
    engine.dispose()
