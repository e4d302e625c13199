"""The short way of scripts to a connection: kept at hand, never stale, never all there are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.redis import RedisSessionStore
from tests.servers.local_redis import LocalRedis

COMMIT = Commit({"x": Change(encode(1))}, create=True)


@pytest.fixture
def raw(redis_server: LocalRedis) -> Iterator[redis.Redis]:
    """A plain client of the server, emptied."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
def open_store(redis_server: LocalRedis, raw: redis.Redis) -> Iterator[Callable[..., RedisSessionStore]]:
    """Open a store whose connections have the name "ours" and perhaps more options."""
    opened: list[RedisSessionStore] = []

    def open_store(more: str = "") -> RedisSessionStore:
        place = f"{redis_server.url}?client_name=ours{more}"
        opened.append(RedisSessionStore.from_url(place, timeout_seconds=20))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


def connections(raw: redis.Redis) -> list[str]:
    """The server's numbers of the connections that the store has."""
    return [client["id"] for client in raw.client_list() if client["name"] == "ours"]


def test_one_after_the_other_on_the_same_connection(
    open_store: Callable[..., RedisSessionStore], raw: redis.Redis
) -> None:
    """The first script brings it, and it stays."""
    store = open_store()
    store.commit("a", COMMIT)
    first = connections(raw)
    for _ in range(20):
        assert store.load("a") is not None
    assert connections(raw) == first
    assert len(first) <= 2  # one for scripts, one for the question whether the server evicts


def test_many_at_once_have_one_each(open_store: Callable[..., RedisSessionStore], raw: redis.Redis) -> None:
    """No answer goes to the wrong thread, and there are no more connections than threads."""
    store = open_store()

    def work(number: int) -> bool:
        sid, commit = f"sid {number}", Commit({"x": Change(encode(number))}, create=True)
        return all(
            store.commit(sid, commit).version == turn + 1 and store.get(sid) == {"x": number}
            for turn in range(100)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert len(connections(raw)) <= 9


def test_a_connection_that_the_server_has_closed_is_noticed_before_it_is_used(
    open_store: Callable[..., RedisSessionStore], raw: redis.Redis
) -> None:
    """Redis closes what was idle for long (`timeout`), and all when it is restarted: no run sees an error."""
    store = open_store()
    for number in range(5):
        assert store.commit("a", COMMIT).version == number + 1
        for client in connections(raw):
            raw.client_kill_filter(_id=client)


def test_an_answer_that_nobody_has_read_is_given_to_nobody(
    open_store: Callable[..., RedisSessionStore], raw: redis.Redis
) -> None:
    """What stands in a connection before it is used belongs to a call that was given up."""
    store = open_store()
    store.commit("a", COMMIT)
    connection = store._server.client._at_hand[-1]
    connection.send_command("ECHO", "of another call")
    assert connection.can_read(timeout=20)
    assert store.get("a") == {"x": 1}


@pytest.mark.parametrize("most", [1, 2, 3])
def test_one_connection_is_left_for_all_else(open_store: Callable[..., RedisSessionStore], most: int) -> None:
    """Listing asks without a script: a client that may have few connections does not run out of them."""
    store = open_store(f"&max_connections={most}")
    for number in range(5):
        store.commit(f"sid {number}", COMMIT)
        assert len(list(store.browse())) == number + 1


def test_a_script_that_fails_keeps_no_connection_at_hand(
    open_store: Callable[..., RedisSessionStore], raw: redis.Redis
) -> None:
    """Nobody knows what stands in it: the pool looks it through."""
    store = open_store()
    store.commit("a", COMMIT)
    client = store._server.client
    with pytest.raises(redis.ResponseError, match="my own"):
        client.evalsha(raw.script_load("return redis.error_reply('my own')"), 0)
    assert client._at_hand == []
    assert store.get("a") == {"x": 1}


def test_close_ends_them_all(open_store: Callable[..., RedisSessionStore], raw: redis.Redis) -> None:
    """Also those at hand; a store that is used again connects anew."""
    store = open_store()
    store.commit("a", COMMIT)
    assert connections(raw)
    store.close()
    end = time.monotonic() + 20
    while connections(raw) and time.monotonic() < end:
        time.sleep(0.01)  # the server hears of it when it comes to it
    assert connections(raw) == []
    assert store.get("a") == {"x": 1}
