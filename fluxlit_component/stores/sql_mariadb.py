"""A load or a commit in one round trip to MariaDB, through PyMySQL. Each statement is prepared once.

For `stores.sql_engine` only. A commit is the short transaction that `stores.sql_tables` would run step by
step, with the same isolation. It does only what most commits need: it begins no session and refuses no
change. A call waits no longer than the timeouts with which the connection was made.
"""

from __future__ import annotations

import selectors
from functools import cache
from typing import Any, Final

from pymysql.constants.CLIENT import MULTI_STATEMENTS  # type: ignore[import-untyped,unused-ignore]

from fluxlit_component.clock import deadline, monotonic
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.sql_tables import LOAD, Tables, digest
from fluxlit_component.stores.values import key_bytes

SEVERAL_STATEMENTS: Final[int] = MULTI_STATEMENTS  # flag of connections that take several statements at once

_KNOWN: Final = "COALESCE((SELECT version FROM {f} WHERE session = i AND digest = ?), 0)"
_COMMIT: Final = """BEGIN NOT ATOMIC
    DECLARE i, v, n BIGINT; DECLARE t, y, x DOUBLE;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    START TRANSACTION;
    SELECT id, version + 1, expires INTO i, v, x FROM {s} WHERE name = ? FOR UPDATE;
    SET t = {now}, y = t + ?, n = ?;
    UPDATE {s} SET version = v, idle_expires = y, {schema} = GREATEST({schema}, COALESCE(n, 0)),
            ends = COALESCE(LEAST(y, x), y, x)
        WHERE id = i AND t < ? AND forget IS NULL AND (idle_expires > t) IS NOT FALSE AND (x > t) IS NOT FALSE
            AND ({schema} > 1 AND {schema} > n) IS NOT TRUE AND (v <= 1000 OR MOD(v, 100) > 0) AND GUARDS;
    IF ROW_COUNT() > 0 THEN
        SELECT t, v, y, x, KNOWN;
        INSERT INTO {f} (session, digest, {key}, version, data) VALUES CHANGES {over};
    END IF;
    COMMIT;
END"""


class MariaDBLink:
    """One connection of PyMySQL."""

    def __init__(self, raw: Any, tables: Tables, _: str, *, owned: bool) -> None:  # noqa: ARG002 - as in `PostgresLink`
        self._raw, self._tables, self._cursor = raw, tables, raw.cursor()
        self._names: dict[str, str] = {}
        self._waiter: selectors.BaseSelector | None = None
        socket: Any = getattr(raw, "_sock", None)  # there is no public way without a round trip
        if hasattr(socket, "fileno"):
            self._waiter = selectors.DefaultSelector()
            self._waiter.register(socket, selectors.EVENT_READ)
        self._skew = float(self._ask("SELECT {now}")[0][0]) - monotonic()
        """The server's clock is ahead of this process's clock by at least this many seconds."""

    def is_stale(self) -> bool:
        """Whether the server has closed the connection, or sent something that nobody expects."""
        if self._waiter is not None:
            return bool(self._waiter.select(0))
        try:
            self._raw.ping(reconnect=False)
        except self._raw.Error:
            return True
        return False

    def load(self, name: str, give_up: float) -> Any:  # noqa: ARG002 - as in `PostgresLink`
        """The rows of `LOAD`."""
        return self._ask(LOAD, name, name)

    def commit(self, name: str, commit: Commit, give_up: float) -> Any:
        """As in `PostgresLink`."""
        keys = [digest(key) for key in commit.changes]
        values: list[Any] = [name, deadline(0.0, commit.idle_seconds), commit.schema, self._skew + give_up]
        for found, change in zip(keys, commit.changes.values(), strict=True):
            values += (change.base if change.guarded else None, found)
        values += keys
        for found, (key, change) in zip(keys, commit.changes.items(), strict=True):
            values += (found, key_bytes(key), change.data)
        rows = self._ask(_statement(len(keys)), *values)
        if not rows:
            return rows
        self._skew = rows[0][0] - monotonic()
        names = map(key_bytes, commit.changes)
        return [(*rows[0][:4], key, known) for key, known in zip(names, rows[0][4:], strict=True)]

    def _ask(self, statement: str, *values: Any) -> Any:
        """The rows of a statement. Its first use prepares it, since MariaDB takes long to parse one."""
        name = self._names.get(statement, f"fluxlit_{id(self):x}_{len(self._names)}")
        marks = ", ".join(["%s"] * len(values))
        text, given = f"EXECUTE {name} USING {marks}" if values else f"EXECUTE {name}", values
        if statement not in self._names:
            prepare, filled = f"PREPARE {name} FROM %s", self._tables.fill(statement)
            if self._raw.client_flag & SEVERAL_STATEMENTS:
                text, given = f"{prepare}; {text}", (filled, *values)
            else:
                self._cursor.execute(prepare, (filled,))
        self._cursor.execute(text, given)
        rows = self._cursor.fetchall()
        while self._cursor.nextset():  # raises a failure after these rows, also of the COMMIT
            rows = rows or self._cursor.fetchall()
        self._names[statement] = name
        return rows


@cache
def _statement(changes: int) -> str:
    guards = " AND ".join([f"COALESCE(? = {_KNOWN}, TRUE)"] * changes)
    known, lines = ", ".join([_KNOWN] * changes), ", ".join(["(i, ?, ?, v, ?)"] * changes)
    return _COMMIT.replace("GUARDS", guards).replace("KNOWN", known).replace("CHANGES", lines)
