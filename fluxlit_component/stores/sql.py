"""Sessions in PostgreSQL or MariaDB: for apps that run on several machines and may have no Redis.

SQLAlchemy makes the connections, with psycopg 3 or PyMySQL. Tested with PostgreSQL 15, MariaDB 10.11, and
SQLite, for which `stores.sqlite` is better. Other databases are refused. The tables are made on first use,
unless they are there; docs/stores.md shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from typing_extensions import Self

from fluxlit_component.clock import Clock, monotonic
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores.base import hiding_url
from fluxlit_component.stores.browse import StoreFacts
from fluxlit_component.stores.sql_engine import UNDONE, Database, check_dialect, open_engine
from fluxlit_component.stores.sql_tables import MOST_CHANGES, SQLTransaction, Tables
from fluxlit_component.stores.transactional import TransactionalStore

T = TypeVar("T")


class SQLSessionStore(TransactionalStore):
    """A `VersionedStore` in a database. Each operation is a short transaction that locks the session's row.

    Args:
        engine_or_url: a SQLAlchemy engine, or the URL of a database. Make an engine with
            ``pool_pre_ping=True``: without it the first call after a restart of the server fails.
        default_ttl_seconds: lifetime of what `set` writes; None: no end.
        table_prefix: how the names of the tables begin.
        clock: returns the time; None: the server's clock (with SQLite: this machine's).
        timeout_seconds: how long a call may take, including a connect and all waits for locks.
    """

    kind = "SQL"

    def __init__(
        self,
        engine_or_url: sa.Engine | str,
        *,
        default_ttl_seconds: float | None = 86_400.0,
        table_prefix: str = "fluxlit_",
        clock: Clock | None = None,
        timeout_seconds: float = 0.5,
    ) -> None:
        super().__init__(default_ttl_seconds, monotonic)
        self._owned = isinstance(engine_or_url, str)
        if isinstance(engine_or_url, str):
            with hiding_url():
                engine_or_url = open_engine(engine_or_url, timeout_seconds=timeout_seconds)
        engine: object = engine_or_url
        if not isinstance(engine, sa.Engine):
            kind = type(engine).__name__
            raise ConfigurationError(f"a SQL store takes a URL or a SQLAlchemy Engine, not {kind}")
        check_dialect(engine.dialect.name)
        self._tables = Tables(table_prefix, engine.dialect, clock)
        self._database = Database(engine, self._tables, timeout_seconds=timeout_seconds, owned=self._owned)

    @classmethod
    def from_url(cls, url: str, **more: Any) -> Self:
        """Make the store of a URL that may also say ``?table_prefix=``. `more` are arguments of the class."""
        with hiding_url():
            place = sa.make_url(url)
        if "table_prefix" in place.query:
            more["table_prefix"] = str(place.query["table_prefix"])
        rest = place.difference_update_query(["table_prefix"])
        return cls(rest.render_as_string(hide_password=False), **more)

    def close(self) -> None:
        """Close the engine if the store made it. A store that is used again opens new connections."""
        if self._owned:
            self._database.close()

    def describe(self) -> StoreFacts:
        def facts(transaction: SQLTransaction) -> StoreFacts:
            ((engine, version),) = transaction.ask("SELECT '{engine}', {engine_version}")
            return StoreFacts(engine, version, transaction.now())

        return self._write(facts)

    def _commit(self, name: str, commit: Commit) -> Outcome:
        # One round trip is enough if the commit begins no session and no change is refused.
        def short(link: Any, give_up: float) -> Any:
            return self._tables.outcome(link.commit(name, commit, give_up), commit) or UNDONE

        few = 0 < len(commit.changes) <= MOST_CHANGES and self._tables.clock is None
        return self._database.run(self._committing(name, commit), short if few else None)

    def _load(self, name: str) -> Record | None:
        return self._database.run(
            lambda transaction: transaction.find(name, None, hold=False).record(),
            short=lambda link, give_up: self._tables.loaded(link.load(name, give_up)),
        )

    def _write(self, work: Callable[[SQLTransaction], T]) -> T:
        return self._database.run(work)
