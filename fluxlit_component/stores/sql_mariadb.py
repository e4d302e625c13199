"""A load or a commit in one round trip to MariaDB: a compound statement, through PyMySQL.

For `stores.sql_engine` only. A commit is the short transaction that `stores.sql_tables` would run step by
step, with the same isolation. It does what most commits need and else nothing: it begins no session and
refuses no change. A call waits no longer than the connection was told when it was made.
"""

from __future__ import annotations

import selectors
from functools import cache
from typing import Any, Final

from fluxlit_component.clock import deadline, monotonic
from fluxlit_component.state.record import Commit
from fluxlit_component.stores.sql_tables import LOAD, Tables, blob, digest

_KNOWN: Final = "COALESCE((SELECT version FROM {f} WHERE session = i AND digest = ?), 0)"
_COMMIT: Final = """BEGIN NOT ATOMIC
    DECLARE i, v BIGINT; DECLARE t, y, x DOUBLE;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    START TRANSACTION;
    SELECT id, version + 1, expires INTO i, v, x FROM {s} WHERE name = ? FOR UPDATE;
    SET t = {now}, y = t + ?;
    UPDATE {s} SET version = v, idle_expires = y, {schema} = ?, ends = COALESCE(LEAST(y, x), y, x)
        WHERE id = i AND t < ? AND forget IS NULL AND (idle_expires > t) IS NOT FALSE AND (x > t) IS NOT FALSE
            AND (v <= 1000 OR MOD(v, 100) > 0) AND GUARDS;
    IF ROW_COUNT() > 0 THEN
        SELECT t, v, y, x, KNOWN;
        INSERT INTO {f} (session, digest, {key}, version, data) VALUES CHANGES {over};
    END IF;
    COMMIT;
END"""


class MariaDBLink:
    """One connection of PyMySQL."""

    def __init__(self, raw: Any, tables: Tables, limit: str) -> None:  # noqa: ARG002 - as in `PostgresLink`
        self._tables, self._cursor = tables, raw.cursor()
        self._waiter = selectors.DefaultSelector()
        # No public way tells without a round trip.
        self._waiter.register(raw._sock, selectors.EVENT_READ)  # noqa: SLF001
        self._skew = float(self._ask("SELECT {now}")[0][0]) - monotonic()
        """What the server's clock is ahead of the process's, at least."""

    def is_stale(self) -> bool:
        """Whether the server has closed it, or has said something that nobody was to read."""
        return bool(self._waiter.select(0))

    def load(self, name: str, give_up: float) -> Any:  # noqa: ARG002 - as in `PostgresLink`
        """The rows of `LOAD`."""
        return self._ask(LOAD, name, name)

    def commit(self, name: str, commit: Commit, give_up: float) -> Any:
        """Of each key what an `Outcome` needs, if all is written; no rows if nothing is.

        The server writes nothing any more when the caller has given up, however long it hung before.
        """
        keys = [digest(key) for key in commit.changes]
        values: list[Any] = [name, deadline(0.0, commit.idle_seconds), commit.schema, self._skew + give_up]
        for found, change in zip(keys, commit.changes.values(), strict=True):
            values += (change.base if change.guarded else None, found)
        values += keys
        for found, (key, change) in zip(keys, commit.changes.items(), strict=True):
            values += (found, blob(key), change.data)
        rows = self._ask(_statement(len(keys)), *values)
        if not rows:
            return rows
        self._skew = rows[0][0] - monotonic()
        names = map(blob, commit.changes)
        return [(*rows[0][:4], key, known) for key, known in zip(names, rows[0][4:], strict=True)]

    def _ask(self, statement: str, *values: Any) -> Any:
        self._cursor.execute(self._tables.sql(statement), values)
        rows = self._cursor.fetchall()
        while self._cursor.nextset():  # raises what failed after these rows had been sent, the end among it
            pass
        return rows


@cache
def _statement(changes: int) -> str:
    """The commit of so many keys."""
    guards = " AND ".join([f"COALESCE(? = {_KNOWN}, TRUE)"] * changes)
    known, lines = ", ".join([_KNOWN] * changes), ", ".join(["(i, ?, ?, v, ?)"] * changes)
    return _COMMIT.replace("GUARDS", guards).replace("KNOWN", known).replace("CHANGES", lines)
