"""A redis-py client from a URL: one server, a Cluster, or the master that Sentinel names.

For `stores.redis`. The clients give up soon and never retry: by its own defaults redis-py holds a run for
seconds or longer, and may repeat a command that was done but not answered.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import parse_url
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

from fluxlit_component.errors import ConfigurationError


def connector(url: str, *, timeout_seconds: float) -> Callable[[], Any]:
    """The function that makes this URL's client. Call it at first use: a cluster's connects at once."""
    parts = urlsplit(url)
    base, _, kind = parts.scheme.replace("valkey", "redis").partition("+")
    options: dict[str, Any] = {
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
        "protocol": 2,  # version 3 needs one more round trip per connect, without a benefit
        "retry": Retry(NoBackoff(), 0),
    }
    if not kind:
        client = ScriptClient.from_url(base + url[len(parts.scheme) :], **options)
        _check(client)
        return lambda: client
    options |= {"ssl": True} if base == "rediss" else {}
    user, at, _ = parts.netloc.rpartition("@")
    options |= parse_url(f"redis://{user}{at}host?{parts.query}")
    del options["host"]
    if kind == "cluster":
        nodes = _hosts(parts, 6379)
        # Every attempt gets new nodes, because the client keeps its connections in them.
        return lambda: RedisCluster(startup_nodes=[ClusterNode(*node) for node in nodes], **options)
    if kind == "sentinel":
        master = _master(parts, options)
        _check(master)
        return lambda: master
    raise ConfigurationError(f"there is {base}://, {base}+cluster:// and {base}+sentinel://, not +{kind}")


def _check(client: Redis) -> None:
    """Fail now if an option is unknown. The connection object made here is never opened."""
    client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)


def _master(parts: SplitResult, options: dict[str, Any]) -> Redis:
    """The master's client. Sentinels have a separate password: ``?sentinel_password=``."""
    service, _, database = parts.path.strip("/").partition("/")
    if not service:
        raise ConfigurationError(f"name the service: {parts.scheme}://host,host/service")
    theirs = {name.removeprefix("sentinel_"): options.pop(name) for name in [*options] if "sentinel_" in name}
    shared = {name: value for name, value in options.items() if name not in {"username", "password", "db"}}
    sentinel = Sentinel(_hosts(parts, 26379), sentinel_kwargs=shared | theirs, **options)
    master: Redis = sentinel.master_for(unquote(service), **({"db": int(database)} if database else {}))
    return master


def _hosts(parts: SplitResult, default_port: int) -> list[tuple[str, int]]:
    """The hosts of a URL, separated by commas. An IPv6 address is in brackets."""
    places = [urlsplit(f"//{place}") for place in parts.netloc.rpartition("@")[2].split(",")]
    hosts = [(place.hostname, place.port or default_port) for place in places if place.hostname]
    if len(hosts) < len(places):
        raise ConfigurationError(f"name the hosts, separated by commas: {parts.scheme}://host:port,host:port")
    return hosts


class ScriptClient(Redis):
    """A `Redis` of one server that keeps connections for its scripts. Its pool counts them as used.

    redis-py passes each command through retries, which are turned off here, and through a pool that records
    every use of a connection. Both together cost more than Redis needs for a small commit.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._at_hand: list[Any] = []
        self._process = os.getpid()

    def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        """Like `Redis.evalsha`, but never sends anything twice."""
        connection = self._connection()
        try:
            connection.send_command("EVALSHA", sha, numkeys, *keys_and_args)
            reply = connection.read_response()
        except BaseException:
            self.connection_pool.release(connection)
            raise
        if len(self._at_hand) + 1 < self.connection_pool.max_connections:  # leave one for other commands
            self._at_hand.append(connection)
        else:
            self.connection_pool.release(connection)
        return reply

    def close(self) -> None:
        """Like `Redis.close`."""
        self._at_hand.clear()
        super().close()

    def _connection(self) -> Any:
        if self._process != os.getpid():  # forked: the kept connections are the parent's
            self._process, self._at_hand = os.getpid(), []
        try:
            connection = self._at_hand.pop()
        except IndexError:
            return self.connection_pool.get_connection()
        try:
            is_stale = connection.can_read()  # closed by the server, or with an answer that was not read
        except (RedisError, OSError):
            is_stale = True
        if is_stale:
            connection.disconnect()  # the next send connects again
        return connection
