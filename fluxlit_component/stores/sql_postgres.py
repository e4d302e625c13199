"""A load or a commit in one round trip to PostgreSQL: a libpq pipeline of prepared statements.

For `stores.sql_engine` only. A commit is the short transaction that `stores.sql_tables` would run step by
step, with the same isolation: the row is locked first, so the next statement sees earlier commits. It does
only what most commits need: it begins no session and refuses no change. psycopg's cursors take longer than
PostgreSQL does, so this module uses the libpq below them. Nothing here waits longer than the caller allows.
"""

from __future__ import annotations

import selectors
from functools import cache
from typing import Any, Final

from psycopg import Pipeline, errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus

from fluxlit_component.clock import deadline, monotonic
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.sql_tables import LOAD, Tables, digest
from fluxlit_component.stores.values import key_bytes

_BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
_LIMIT: Final = "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $1, true)"
"""Lasts until the end of the transaction, for a connection that others use too."""
_LASTING: Final = "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)"
_LOAD: Final = LOAD.replace("?", "$1")
_LOCK: Final = "SELECT 1 FROM {s} WHERE name = $1 FOR UPDATE"
_COMMIT: Final = """WITH clock AS (SELECT {now} AS now),
    named AS (SELECT c.*, coalesce(f.version, 0) AS known FROM (VALUES CHANGES) c (digest, key, data, base)
        LEFT JOIN {f} f ON f.session = (SELECT id FROM {s} WHERE name = $1) AND f.digest = c.digest),
    moved AS (UPDATE {s} s SET version = s.version + 1, idle_expires = now + $2::double precision,
            schema = greatest(s.schema, $3::bigint), ends = least(now + $2::double precision, s.expires)
        FROM clock WHERE s.name = $1 AND s.forget IS NULL AND now < $4::double precision
            AND (s.idle_expires > now) IS NOT FALSE AND (s.expires > now) IS NOT FALSE
            AND (s.schema > 1 AND s.schema > $3::bigint) IS NOT TRUE
            AND (s.version < 1000 OR mod(s.version + 1, 100) > 0)
            AND NOT EXISTS (SELECT 1 FROM named WHERE known <> base)
        RETURNING s.id, s.version, s.idle_expires, s.expires, now),
    written AS (INSERT INTO {f} (session, digest, key, version, data)
        SELECT id, digest, key, version, data FROM moved, named {over})
    SELECT now, version, idle_expires, expires, key, known FROM moved, named"""


class PostgresLink:
    """One connection of psycopg."""

    is_possible = staticmethod(Pipeline.is_supported)  # it is not with an old libpq

    def __init__(self, raw: Any, tables: Tables, limit: str, *, owned: bool) -> None:
        self._raw, self._libpq, self._tables = raw, raw.pgconn, tables
        self._names: dict[str, bytes] = {}
        self._waiter = selectors.DefaultSelector()
        self._waiter.register(self._libpq.socket, selectors.EVENT_READ)
        now, process = raw.execute(tables.fill("SELECT {now}, pg_backend_pid()")).fetchone()
        self._skew = float(now) - monotonic()
        """The server's clock is ahead of this process's clock by at least this many seconds."""
        self._limits: list[tuple[str, list[Any]]] = [(_LIMIT, [limit])]
        # Another number means a pooler, which gives the server's connections to other clients too.
        if owned and process == raw.info.backend_pid:
            raw.execute(_LASTING, (limit, limit))
            self._limits = []

    def is_stale(self) -> bool:
        """Whether the server has closed the connection, or sent something that nobody expects."""
        return bool(self._libpq.status != ConnStatus.OK or self._waiter.select(0))

    def load(self, name: str, give_up: float) -> Any:
        """The rows of `LOAD`."""
        return self._exchange(give_up, *self._limits, (_LOAD, [name]))

    def commit(self, name: str, commit: Commit, give_up: float) -> Any:
        """One row per key, for an `Outcome`, if all changes are written; no rows if none is.

        Once the caller has given up, the server writes nothing, even if it hung for a long time before.
        """
        numbers = (deadline(0.0, commit.idle_seconds), commit.schema, self._skew + give_up)
        values: list[Any] = [name, *(None if number is None else str(number) for number in numbers)]
        for key, change in commit.changes.items():
            values += (digest(key), key_bytes(key), change.data, str(change.base) if change.guarded else None)
        statement = _statement(len(commit.changes))
        locked: Any = ((_BEGIN, []), *self._limits, (_LOCK, [name]))
        rows = self._exchange(give_up, *locked, (statement, values), ("COMMIT", []))
        if rows:
            self._skew = rows[0][0] - monotonic()
        return rows

    def _exchange(self, give_up: float, *statements: tuple[str, list[Any]]) -> Any:
        """The rows of the last statement that returns rows. All statements are one transaction."""
        libpq = self._libpq
        libpq.enter_pipeline_mode()
        for statement, values in statements:
            self._send(statement, values)
        libpq.pipeline_sync()
        while libpq.flush():
            self._wait(give_up, selectors.EVENT_READ | selectors.EVENT_WRITE)
        found: Any = None
        status = None
        while status != ExecStatus.PIPELINE_SYNC:
            while libpq.is_busy():
                self._wait(give_up, selectors.EVENT_READ)
            result = libpq.get_result()
            status = result and result.status  # None comes only between two results
            if status == ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result, "utf-8")
            found = result if status == ExecStatus.TUPLES_OK else found
        libpq.exit_pipeline_mode()
        rows = Transformer(self._raw)
        rows.set_pgresult(found)
        return rows.load_rows(0, found.ntuples, tuple)

    def _send(self, statement: str, values: list[Any]) -> None:
        """Send a statement, with strings as text and bytes in binary form."""
        formats = [int(isinstance(value, bytes)) for value in values]
        parameters = [value.encode() if isinstance(value, str) else value for value in values]
        if self._raw.prepare_threshold is None:  # the app sets None for a pooler that cannot prepare
            filled = self._tables.fill(statement).encode()
            self._libpq.send_query_params(filled, parameters, None, formats, 1)
            return
        name = self._names.get(statement)
        if name is None:
            name = self._names[statement] = b"fluxlit_%x_%d" % (id(self), len(self._names))
            self._libpq.send_prepare(name, self._tables.fill(statement).encode())
        self._libpq.send_query_prepared(name, parameters, formats, 1)

    def _wait(self, give_up: float, events: int) -> None:
        if events != selectors.EVENT_READ:
            self._waiter.modify(self._libpq.socket, events)
        left = give_up - monotonic()
        ready = self._waiter.select(left) if left > 0 else []
        if events != selectors.EVENT_READ:
            self._waiter.modify(self._libpq.socket, selectors.EVENT_READ)
        if not ready:
            raise TimeoutError("nothing was heard in time")
        if ready[0][1] & selectors.EVENT_READ:
            self._libpq.consume_input()


@cache
def _statement(changes: int) -> str:
    types = ("bytea", "bytea", "bytea", "bigint")
    each = [[f"${5 + 4 * i + n}::{name}" for n, name in enumerate(types)] for i in range(changes)]
    return _COMMIT.replace("CHANGES", ", ".join(f"({', '.join(parameters)})" for parameters in each))
