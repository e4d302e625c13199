"""A redis-py client of one server whose scripts take a short way to their connection.

For `stores.redis_url` only. redis-py leads each command through retries, which are turned off here, and
through a pool that keeps books of every coming and going: together they cost more than Redis needs for a
small commit.
"""

from __future__ import annotations

import os
from typing import Any

from redis import Redis
from redis.exceptions import RedisError


class ScriptClient(Redis):
    """A `Redis` that keeps connections at hand for its scripts; its pool counts them as used."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._at_hand: list[Any] = []
        self._process = os.getpid()

    def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        """As `Redis.evalsha`. Never sends anything twice."""
        connection = self._connection()
        try:
            connection.send_command("EVALSHA", sha, numkeys, *keys_and_args)
            reply = connection.read_response()
        except BaseException:
            self.connection_pool.release(connection)
            raise
        if len(self._at_hand) + 1 < self.connection_pool.max_connections:  # one is left for all else
            self._at_hand.append(connection)
        else:
            self.connection_pool.release(connection)
        return reply

    def close(self) -> None:
        """As `Redis.close`."""
        self._at_hand.clear()
        super().close()

    def _connection(self) -> Any:
        if self._process != os.getpid():  # forked: those at hand are the parent's
            self._process, self._at_hand = os.getpid(), []
        try:
            connection = self._at_hand.pop()
        except IndexError:
            return self.connection_pool.get_connection()
        if _is_stale(connection):
            connection.disconnect()  # sending connects it anew
        return connection


def _is_stale(connection: Any) -> bool:
    """Whether the server has closed it, or somebody has left an answer unread."""
    try:
        return bool(connection.can_read())
    except (RedisError, OSError):
        return True
