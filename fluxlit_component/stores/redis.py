"""Sessions in Redis or Valkey: for apps that run on several machines.

Each session is one hash. Each operation is one Lua script, so one round trip. The clock is the server's.
The server may be a single one (version 5 or newer), a Cluster, or a master behind Sentinel. The sessions
last as long as the server's own persistence keeps them: without it a restart loses everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from typing_extensions import Self

from fluxlit_component.arguments import seconds
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores import redis_layout as layout
from fluxlit_component.stores.base import hiding_url
from fluxlit_component.stores.browse import Entry, StoreFacts
from fluxlit_component.stores.ledger import checked_name, checked_prefix, is_name, name_of
from fluxlit_component.stores.redis_server import RedisServer
from fluxlit_component.stores.values import fields_of, values_of

_AT_ONCE: Final = 50  # a script blocks the server; fifty ordinary sessions take a millisecond
_SCANNED: Final = 500


class RedisSessionStore:
    """A `VersionedStore` in Redis.

    Every operation is atomic, except `copy` and `rename` in a cluster: there they read the source, write the
    target if that is free, delete the source. A commit in between is lost, and two callers may both rename.

    Args:
        client_or_url: a synchronous client of redis-py or valkey-py, or anything that has their `evalsha`
            and `eval`; or a URL: ``redis://``, ``rediss://``, ``unix://``, ``valkey://``,
            ``redis+cluster://host,host``, ``redis+sentinel://host,host/service/database``.
        prefix: how the names of the keys begin.
        default_ttl_seconds: lifetime of what `set` writes; None: no end.
        timeout_seconds: how long to wait for a connection and for an answer, for clients made from a URL.
            Another client keeps its settings. It should give up soon and not retry: the server may have
            done the operation, and only the answer was lost.
    """

    kind = "Redis"

    def __init__(
        self,
        client_or_url: Any,
        *,
        prefix: str = "fluxlit:",
        default_ttl_seconds: float | None = 86_400.0,
        timeout_seconds: float = 0.25,
    ) -> None:
        self._prefix = prefix
        self._default_ttl_seconds = seconds("default_ttl_seconds", default_ttl_seconds, None)
        self._owned = isinstance(client_or_url, str)
        if self._owned:
            self._server = RedisServer(_connector(client_or_url, timeout_seconds))
        else:
            self._server = RedisServer(lambda: client_or_url)
            _ = self._server.client  # checks the client

    @classmethod
    def from_url(cls, url: str, **more: Any) -> Self:
        """Make the store of a URL that may also say ``?prefix=``. `more` are arguments of the class."""
        place, _, query = url.partition("?")
        options = dict(parse_qsl(query, keep_blank_values=True))
        if "prefix" in options:
            more["prefix"] = options.pop("prefix")
        return cls(f"{place}?{urlencode(options)}" if options else place, **more)

    def get(self, session_id: str) -> dict[str, Any] | None:
        return values_of(self.load(session_id))

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        span = seconds("ttl_seconds", ttl_seconds, self._default_ttl_seconds)
        fields = layout.pairs_of(fields_of(data))
        self._server.run("set", [self._key(session_id)], layout.milliseconds(span), *fields)

    def delete(self, session_id: str) -> None:
        self._server.run("delete", [self._key(session_id)])

    def load(self, session_id: str) -> Record | None:
        return layout.record_of(self._server.run("load", [self._key(session_id)]))

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        reply = self._server.run("commit", [self._key(session_id)], *layout.commit_args(commit))
        return layout.outcome_of(reply, commit)

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        return bool(self._server.run("touch", [self._key(session_id)], layout.milliseconds(idle_seconds)))

    def copy(self, source: str, target: str) -> bool:
        if not self._server.is_cluster:
            return bool(self._server.run("copy", [self._key(source), self._key(target)], 0))
        record = self.load(source)
        return record is not None and self.place(name_of(target), record)

    def rename(self, source: str, target: str) -> bool:
        if not self._server.is_cluster:
            return bool(self._server.run("copy", [self._key(source), self._key(target)], 1))
        copied = self.copy(source, target)
        if copied:
            self.delete(source)
        return copied

    def take(self, session_id: str) -> Record | None:
        return layout.record_of(self._server.run("load", [self._key(session_id)], 1))

    def purge(self, *, limit: int = 1000) -> int:  # noqa: ARG002 - a part of the protocol
        """Do nothing: Redis drops ended sessions by itself."""
        return 0

    def close(self) -> None:
        """Close the client if the store made it. A store that is used again makes a new client."""
        if self._owned:
            self._server.close()

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        pattern = re.sub(r"([*?\[\]^\\])", r"\\\1", self._prefix) + checked_prefix(prefix) + "*"
        # SCAN does not block the server.
        found = self._server.ask(lambda client: client.scan_iter(match=pattern, count=_SCANNED))
        seen: set[str] = set()  # SCAN may return a key twice
        while keys := self._server.ask(lambda _: list(islice(found, _AT_ONCE))):
            names = [key.decode()[len(self._prefix) :] for key in keys]
            fresh = [name for name in dict.fromkeys(names) if name not in seen and is_name(name)]
            seen.update(fresh)
            step = 1 if self._server.is_cluster else _AT_ONCE
            for group in (fresh[start : start + step] for start in range(0, len(fresh), step)):
                now, *rows = self._server.run("list", [self._prefix + name for name in group])
                entries = (layout.entry_of(name, row, now) for name, row in zip(group, rows, strict=True))
                yield from (entry for entry in entries if entry)

    def peek(self, name: str) -> Record | None:
        return layout.record_of(self._server.run("load", [self._prefix + checked_name(name)]))

    def destroy(self, name: str) -> bool:
        return bool(self._server.run("delete", [self._prefix + checked_name(name)]) == b"alive")

    def place(self, name: str, record: Record) -> bool:
        key, fields = self._prefix + checked_name(name), layout.pairs_of(record.fields)
        return bool(self._server.run("place", [key], layout.head_line(record), *fields))

    def describe(self) -> StoreFacts:
        return self._server.ask(_facts)

    def _key(self, session_id: str) -> str:
        return self._prefix + name_of(session_id)


def _connector(url: str, timeout_seconds: float) -> Callable[[], Any]:
    try:
        from fluxlit_component.stores.redis_url import connector
    except ImportError as error:
        extra = "pip install fluxlit-component[redis]"
        raise ConfigurationError(f"a Redis store from a URL needs redis-py: {extra}") from error
    with hiding_url():
        return connector(url, timeout_seconds=timeout_seconds)


def _facts(client: Any) -> StoreFacts:
    """Facts about the server; of a cluster those of its first master, and the policies of all masters."""
    is_cluster = hasattr(client, "keyslot")
    answer = client.info(target_nodes="primaries") if is_cluster else client.info()
    infos = list(answer.values()) if is_cluster and "redis_version" not in answer else [answer]
    first = infos[0]
    details: dict[str, str | int] = {
        "maxmemory_policy": ", ".join(sorted({str(info.get("maxmemory_policy", "?")) for info in infos})),
        "maxmemory": min(int(info.get("maxmemory", 0)) for info in infos),
        "used_memory": max(int(info.get("used_memory", 0)) for info in infos),
        "role": str(first.get("role", "?")),
    }
    time = client.time()
    if isinstance(time, dict):  # a cluster may answer for each node
        time = next(iter(time.values()))
    valkey = first.get("valkey_version")
    version = str(valkey or first.get("redis_version", "?"))
    return StoreFacts("Valkey" if valkey else "Redis", version, time[0] + time[1] / 1e6, details)
