"""How a session is stored in a Redis hash: the Python side of ``stores/lua/prelude.lua``.

For `stores.redis` only. Times are whole milliseconds in Redis (0: never) and seconds in Python (None:
never). Keys are bytes, since Python strings may hold lone surrogates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgpack

from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores.browse import Entry
from fluxlit_component.stores.values import key_bytes

_HEAD: Final = b"m"
_VERSION: Final = b"v"
_DATA: Final = b"d"
_LONGEST_SPAN: Final = 1e12  # seconds; with more the milliseconds would not be exact in Lua


def milliseconds(seconds: float | None) -> int:
    """A lifetime as the scripts take it. A lifetime below a millisecond becomes one, since 0 means never."""
    if seconds is None or not seconds > 0:
        return 0
    return max(1, round(min(seconds, _LONGEST_SPAN) * 1000))


def pairs_of(fields: Mapping[str, Field]) -> Iterator[bytes | int]:
    """Names and values of fields, alternating."""
    for key, field in fields.items():
        name = key_bytes(key)
        yield from (_VERSION + name, field.version)
        if field.data is not None:
            yield from (_DATA + name, field.data)


def commit_args(commit: Commit) -> list[bytes | int]:
    """The arguments of the commit script."""
    spans = milliseconds(commit.idle_seconds), milliseconds(commit.max_age_seconds)
    schema = b"" if commit.schema is None else commit.schema
    args: list[bytes | int] = [commit.begin if commit.create else 0, *spans, schema]
    for key, change in commit.changes.items():
        task = b"d" if change.data is None else b"w"
        args += (task.upper() if change.guarded else task, key_bytes(key), change.base, change.data or b"")
    return args


def outcome_of(reply: list[Any], commit: Commit) -> Outcome:
    """The outcome in an answer of the commit script."""
    verdict = reply[0].decode()
    if verdict != "committed":
        return Outcome(verdict, now=reply[1] / 1000)
    _, now, version, idle, expires, refused, overwritten = reply
    keys = list(commit.changes)
    left = {keys[number]: Field(known, data) if known else None for number, known, data in refused}
    newer = frozenset(keys[number] for number in overwritten)
    return Outcome("committed", version, left, newer, _moment(idle), _moment(expires), now / 1000)


def record_of(reply: list[Any]) -> Record | None:
    """The record in an answer of the load script; None if there is none."""
    if len(reply) == 1:
        return None
    now, flat = reply[0], iter(msgpack.unpackb(reply[1], raw=True))
    stored: dict[bytes, bytes] = dict(zip(flat, flat, strict=True))
    version, created, idle, expires, schema = map(int, stored.pop(_HEAD).split())
    new, data_of = tuple.__new__, stored.get
    fields = {
        str(name[1:], "utf-8", "surrogatepass"): new(Field, (int(value), data_of(_DATA + name[1:])))
        for name, value in stored.items()
        if name[0] == _VERSION[0]  # skips the data, which is looked up by name
    }
    return Record(version, created / 1000, _moment(idle), _moment(expires), schema, fields, now / 1000)


def head_line(record: Record) -> str:
    """The head of a record, in the format of `line` in the prelude."""
    moments = (record.created, record.idle_expires, record.expires)
    times = " ".join(str(0 if moment is None else round(moment * 1000)) for moment in moments)
    return f"{record.version} {times} {record.schema}"


def entry_of(name: str, row: list[Any], now: int) -> Entry | None:
    """One session of a listing, from an answer of the list script; None if the session is gone by now."""
    state, line, keys, size = row
    if state == b"absent":
        return None
    version, created, idle, expires, schema = map(int, line.split())
    times = (created / 1000, _moment(idle), _moment(expires))
    return Entry(name, state.decode(), version, *times, schema, keys, size, now / 1000)


def _moment(milliseconds: int) -> float | None:
    return milliseconds / 1000 if milliseconds else None
