"""The database behind the SQL store: short transactions that are retried, and one error for all failures.

For `stores.sql` only. This module knows engines, connections and errors, but not what a session is.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from fluxlit_component.clock import monotonic
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.stores.patience import Workers
from fluxlit_component.stores.sql_tables import DIALECTS, SQLTransaction, Tables

T = TypeVar("T")

UNDONE: Final = object()
"""Answer of a short way that could not be used: nothing is done, so a transaction step by step follows."""
_CONNECTIONS: Final = 15
_LIMIT: Final = 0.8  # the share of the caller's time that one statement, or one wait for a lock, may take
_AGAIN: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock: nothing was done
_MARIADB_UNDONE: Final = frozenset({1213, 1243})  # deadlock; a statement that a pooler has not prepared
_LONGEST_QUOTE: Final = 200


def open_engine(url: str, *, timeout_seconds: float) -> sa.Engine:
    """Make the engine of a URL, without connecting yet."""
    place = sa.make_url(url)
    if place.drivername in {"postgres", "postgresql"}:
        place = place.set(drivername="postgresql+psycopg")
    check_dialect(place.get_backend_name())
    options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
    if place.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": timeout_seconds}
    else:
        options |= {"pool_timeout": timeout_seconds, "max_overflow": _CONNECTIONS - 5}
    if place.drivername == "postgresql+psycopg":
        # These end a thread that waits for a server which no longer exists.
        alive = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2}
        options["connect_args"] = {"connect_timeout": 2, "tcp_user_timeout": 5000, **alive}
    if place.drivername == "mariadb+pymysql":
        from fluxlit_component.stores import sql_mariadb

        limit = timeout_seconds * _LIMIT
        # The limits last as long as the connection, so only our own connections have them. MariaDB counts a
        # wait for a lock in whole seconds, and the wait ends with its statement.
        limits = f"SET max_statement_time = {limit}, innodb_lock_wait_timeout = {max(1, round(limit))}"
        silence = {"read_timeout": timeout_seconds, "write_timeout": timeout_seconds}
        several = {"client_flag": sql_mariadb.SEVERAL_STATEMENTS}  # to prepare and execute in one round trip
        options["connect_args"] = {"connect_timeout": 2, "init_command": limits, **silence, **several}
    return sa.create_engine(place, **options)


class Database:
    """One engine. `run` does a piece of work in a separate transaction.

    Connections of our own engine are kept here. SQLAlchemy's pool takes longer to hand out a connection, and
    needs a round trip to check it. Connections of an engine that was passed in go back to it each time.
    """

    def __init__(self, engine: sa.Engine, tables: Tables, *, timeout_seconds: float, owned: bool) -> None:
        self._engine = engine
        self._tables = tables
        self._seconds = timeout_seconds
        self._is_server = engine.dialect.name != "sqlite"
        self._link = _link_class(engine.dialect.name, engine.driver)
        self._keeps = owned and self._link is not None
        self._errors = (DBAPIError, engine.dialect.loaded_dbapi.Error)
        self._begin_here()
        self._workers = Workers(_CONNECTIONS)
        self._ready = False
        limit = self._limit = str(max(1, round(timeout_seconds * _LIMIT * 1000)))
        # Overrides the engine's isolation: after a wait for a lock the transaction must see earlier writes.
        self._begin = {
            # LOCAL lasts until the end of the transaction, so it also works with a pooler in between.
            "postgresql": (
                "BEGIN ISOLATION LEVEL READ COMMITTED",
                f"SET LOCAL lock_timeout = {limit}; SET LOCAL statement_timeout = {limit}",
            ),
            "mariadb": ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"),
            "sqlite": ("BEGIN IMMEDIATE",),
        }[engine.dialect.name]

    def run(self, work: Callable[[SQLTransaction], T], short: Callable[[Any, float], Any] | None = None) -> T:
        """Return what the work returns. Raise `StoreUnavailable` if that takes too long or fails.

        `short` is tried first if there is a short way. It gets the link to the database and the moment when
        the caller gives up. It returns what `work` would return, or `UNDONE`.
        """
        if self._pid != os.getpid():
            _inherited.append(self._at_hand)  # this process must not even close them
            self._begin_here()
            self._engine.dispose(close=False)
        give_up = monotonic() + self._seconds
        try:
            if not self._is_server:  # no network that could hang
                return self._try(work, None, give_up)  # type: ignore[no-any-return]
            if short is not None and self._at_hand and self._ready:
                # In the caller's thread: the short way waits no longer than `give_up`.
                answer: Any = UNDONE
                try:
                    answer = self._once(None, short, give_up)
                except self._errors as error:
                    if not _is_undone(error):
                        raise
                if answer is not UNDONE:
                    return answer  # type: ignore[no-any-return]
                short = None
            left = give_up - monotonic()
            return self._workers.run(lambda: self._try(work, short, give_up), seconds=left)  # type: ignore[no-any-return]
        except (SQLAlchemyError, TimeoutError, *self._errors) as error:
            self._ready = False  # perhaps the tables are gone
            # An SQLAlchemyError quotes the statement and its parameters, among them values of the session.
            reason = error.orig if isinstance(error, DBAPIError) else error
        cause = None if isinstance(reason, SQLAlchemyError) else reason
        quote = "" if cause is None else f": {cause}".partition("\n")[0][:_LONGEST_QUOTE]
        raise StoreUnavailable(f"the database gave no answer ({type(reason).__name__}{quote})") from cause

    def _try(self, work: Any, short: Any, give_up: float) -> Any:
        while True:
            try:
                return self._once(work, short, give_up)
            except self._errors as error:
                if not _is_undone(error) or monotonic() >= give_up:
                    raise
            time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - jitter, not a secret

    def _once(self, work: Any, short: Any, give_up: float) -> Any:
        """One attempt on a connection. Without `work`, only a connection that was kept is used."""
        with self._connection(give_up, opens=work is not None) as (connection, link):
            if connection is None:
                return UNDONE
            if work is not None and not self._ready:
                inspector = sa.inspect(connection)
                if not all(inspector.has_table(name) for name in self._tables.names):
                    self._transact(connection, SQLTransaction.create, give_up)
                self._ready = True
            answer = UNDONE if short is None or link is None else short(link, give_up)
            return self._transact(connection, work, give_up) if answer is UNDONE and work else answer

    def _transact(self, connection: Any, work: Callable[[SQLTransaction], Any], give_up: float) -> Any:
        cursor = connection.connection.cursor()
        for statement in self._begin:
            cursor.execute(statement)
        result = work(SQLTransaction(cursor, self._tables))
        if self._is_server and monotonic() >= give_up:  # the caller was told that the work is not done
            raise TimeoutError("nobody waits for this any more")
        cursor.execute("COMMIT")
        cursor.close()
        return result

    @contextlib.contextmanager
    def _connection(self, give_up: float, *, opens: bool) -> Iterator[tuple[Any, Any]]:
        """A connection that nobody else uses meanwhile, and its link. Both are None if none was kept."""
        if not self._slots.acquire(timeout=max(0.0, give_up - monotonic())):
            raise TimeoutError("nothing was heard by those who asked before")
        connection, link, good = None, None, False
        try:
            while monotonic() < give_up and (taken := self._pop()) is not None:
                connection, link = taken
                if not link.is_stale():
                    break
                self._part_with(connection)
                connection, link = None, None
            if connection is None and opens:
                # The driver's autocommit: this module sends BEGIN and the isolation level itself.
                connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                link = self._link_on(connection)
            yield connection, link
            good = True
        finally:
            if connection is not None:
                if good and self._keeps:
                    self._at_hand.append((connection, link))
                elif good or not self._is_server:
                    connection.close()
                else:
                    self._part_with(connection)
            self._slots.release()

    def _pop(self) -> Any:
        with contextlib.suppress(IndexError):  # another thread may take the last one
            return self._at_hand.pop()
        return None

    def _part_with(self, connection: Any) -> None:
        """Drop a connection for good: it may hang, or be inside a transaction."""
        connection.invalidate()
        connection.close()

    def _link_on(self, connection: sa.Connection) -> Any:
        """The link that takes the short way on a connection. It is kept as long as the connection."""
        if self._link is None:
            return None
        name = f"fluxlit {self._tables.names}"
        if name not in connection.info:
            raw = connection.connection.dbapi_connection
            connection.info[name] = self._link(raw, self._tables, self._limit, owned=self._keeps)
        return connection.info[name]

    def _begin_here(self) -> None:
        """Start without connections: there are none yet, or they belong to the parent process."""
        self._pid = os.getpid()
        self._at_hand: list[Any] = []
        self._slots = threading.Semaphore(_CONNECTIONS)

    def close(self) -> None:
        """Close all idle connections. The next use opens new ones."""
        while (taken := self._pop()) is not None:
            taken[0].close()
        self._engine.dispose()


_inherited: Final[list[Any]] = []


def _link_class(dialect: str, driver: str) -> Any:
    """The class that knows a short way with this driver. None: only transactions step by step."""
    if dialect == "postgresql" and driver == "psycopg":
        from fluxlit_component.stores.sql_postgres import PostgresLink

        return PostgresLink if PostgresLink.is_possible() else None
    if dialect == "mariadb" and driver == "pymysql":
        from fluxlit_component.stores.sql_mariadb import MariaDBLink

        return MariaDBLink
    return None


def _is_undone(error: Exception) -> bool:
    """Whether the transaction failed with nothing done, so that it can be tried again."""
    reason = error.orig if isinstance(error, DBAPIError) else error
    number = next(iter(getattr(reason, "args", ())), None)
    return getattr(reason, "sqlstate", None) in _AGAIN or number in _MARIADB_UNDONE


def check_dialect(name: str) -> None:
    """Refuse a database on which the contract was not tested."""
    if name not in DIALECTS:
        raise ConfigurationError(f"the SQL store works on {', '.join(DIALECTS)}, not on {name}")
