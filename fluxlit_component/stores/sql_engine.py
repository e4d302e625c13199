"""The database behind the SQL store: transactions that end soon, are tried again, and fail all the same way.

For `stores.sql` only. It knows engines, dialects and errors, not what a session is.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from fluxlit_component.clock import monotonic
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.stores.patience import Job, Workers
from fluxlit_component.stores.sql_tables import DIALECTS, Tables

T = TypeVar("T")

_CONNECTIONS: Final = 15
_LIMIT: Final = 0.8
"""How much of the caller's time one statement, or one wait for a lock, may take."""

_AGAIN: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock: nothing was done
_MARIADB_DEADLOCK: Final = 1213
_CREATION_LOCK: Final = 0x666C7578  # any number, the same for all
_LONGEST_QUOTE: Final = 200


def open_engine(url: str, *, timeout_seconds: float) -> sa.Engine:
    """Make the engine of a URL; nothing is connected yet."""
    place = sa.make_url(url)
    if place.drivername in {"postgres", "postgresql"}:
        place = place.set(drivername="postgresql+psycopg")
    _check_dialect(place.get_backend_name())
    options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
    if place.get_backend_name() != "sqlite":
        options |= {"pool_timeout": timeout_seconds, "max_overflow": _CONNECTIONS - 5}
    if place.drivername == "postgresql+psycopg":
        # So that a thread that waits for a server which is no more comes to its end.
        alive = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2}
        options["connect_args"] = {"connect_timeout": 2, "tcp_user_timeout": 5000, **alive}
    if place.drivername == "mariadb+pymysql":
        limit = timeout_seconds * _LIMIT
        # They last as long as a connection, so only those of our own have them. A wait for a lock is counted
        # in whole seconds there, and is over with its statement.
        limits = f"SET max_statement_time = {limit}, innodb_lock_wait_timeout = {max(1, round(limit))}"
        silence = max(5.0, timeout_seconds)
        options["connect_args"] = {
            "connect_timeout": 2,
            "read_timeout": silence,
            "write_timeout": silence,
            "init_command": limits,
        }
    if place.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": timeout_seconds}
    return sa.create_engine(place, **options)


class Database:
    """One engine; `run` does a piece of work in a transaction of its own."""

    def __init__(self, engine: sa.Engine, tables: Tables, *, timeout_seconds: float) -> None:
        self._engine = engine
        self._tables = tables
        self._seconds = timeout_seconds
        self._is_postgres = engine.dialect.name == "postgresql"
        self._is_server = engine.dialect.name != "sqlite"
        self._pid = os.getpid()
        self._workers = Workers(_CONNECTIONS)
        self._ready = False
        limit = str(max(1, round(timeout_seconds * _LIMIT * 1000)))
        # Until the end of the transaction, and so also with a pooler between us and the server.
        limits = ("lock_timeout", "statement_timeout")
        self._limits = sa.select(*[sa.func.set_config(name, limit, True) for name in limits])  # noqa: FBT003

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what the work returns; `StoreUnavailable` if that takes too long or fails."""
        if self._pid != os.getpid():
            self._leave_to_parent()
        try:
            if not self._is_server:  # nothing in between that could hang
                return self._try(work, None)
            return self._workers.run(lambda job: self._try(work, job), seconds=self._seconds)
        except (SQLAlchemyError, TimeoutError) as error:
            self._ready = False  # perhaps the tables are gone
            # An SQLAlchemyError quotes the statement and its parameters, values of the session among them.
            reason = error.orig if isinstance(error, DBAPIError) else error
        cause = None if isinstance(reason, SQLAlchemyError) else reason
        quote = "" if cause is None else f": {cause}".partition("\n")[0][:_LONGEST_QUOTE]
        raise StoreUnavailable(f"the database gave no answer ({type(reason).__name__}{quote})") from cause

    def _try(self, work: Callable[[sa.Connection], T], job: Job | None) -> T:
        give_up = monotonic() + self._seconds
        while True:
            try:
                if not self._ready:
                    self._transact(self._create, job)
                    self._ready = True
                result: T = self._transact(work, job)
            except DBAPIError as error:
                if not _is_undone(error) or monotonic() >= give_up:
                    raise
            else:
                return result
            time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - jitter, not a secret

    def _transact(self, work: Callable[[sa.Connection], Any], job: Job | None) -> Any:
        with self._engine.connect() as connection:
            try:
                if self._is_server:
                    # Whatever the engine is set to: who waited for a lock must see what was written before.
                    connection.execution_options(isolation_level="READ COMMITTED")
                    if self._is_postgres:
                        connection.execute(self._limits)
                else:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                result = work(connection)
                if job is None or job.wanted:  # else the caller was told that it is not done
                    connection.commit()
                return result
            finally:
                if job is not None and not job.wanted:
                    connection.invalidate()  # not to be pooled: it hung, and the store may be closed by now

    def _create(self, connection: sa.Connection) -> None:
        if self._tables.exist(connection):
            return
        if self._is_postgres:  # where IF NOT EXISTS alone fails if two try at once
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION_LOCK)))
        self._tables.create(connection)

    def _leave_to_parent(self) -> None:
        """After a fork: the connections are the parent's."""
        self._engine.dispose(close=False)
        self._pid = os.getpid()

    def close(self) -> None:
        """Close all idle connections; the next use opens others."""
        self._engine.dispose()


def _is_undone(error: DBAPIError) -> bool:
    """Whether the transaction was given up for another's sake: nothing of it was done."""
    if getattr(error.orig, "sqlstate", None) in _AGAIN:
        return True
    return error.orig is not None and error.orig.args[:1] == (_MARIADB_DEADLOCK,)


def check_engine(engine: object) -> sa.Engine:
    """Refuse what is no engine, and databases on which the contract was not tested."""
    if not isinstance(engine, sa.Engine):
        raise ConfigurationError(
            f"a SQL store takes a URL or a SQLAlchemy Engine, not {type(engine).__name__}"
        )
    _check_dialect(engine.dialect.name)
    return engine


def _check_dialect(name: str) -> None:
    if name not in DIALECTS:
        raise ConfigurationError(f"the SQL store works on {', '.join(DIALECTS)}, not on {name}")
