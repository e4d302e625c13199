"""The Redis store when Redis is refused, killed, hung, full, read-only: no answer, and soon.

Each test asserts how long a call was held, and that nothing was lost or torn.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.identifier import stored_key
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.testing.server import free_port
from tests.servers.local_redis import LocalRedis

COMMIT = Commit({"x": Change(encode(1))}, create=True)
CALLS: dict[str, Callable[[RedisSessionStore], object]] = {
    "get": lambda store: store.get("a"),
    "set": lambda store: store.set("a", {"x": 2}),
    "delete": lambda store: store.delete("a"),
    "load": lambda store: store.load("a"),
    "commit": lambda store: store.commit("a", COMMIT),
    "touch": lambda store: store.touch("a", idle_seconds=60),
    "copy": lambda store: store.copy("a", "b"),
    "rename": lambda store: store.rename("a", "b"),
    "take": lambda store: store.take("a"),
}
WRITES = [name for name in CALLS if name not in {"get", "load"}]


@pytest.fixture
def server(make_redis: Callable[..., LocalRedis]) -> LocalRedis:
    """A server of this test only."""
    return make_redis()


@pytest.fixture
def store(server: LocalRedis) -> Iterator[RedisSessionStore]:
    """A store with the default patience."""
    store = RedisSessionStore(server.url)
    yield store
    store.close()


def unavailable(store: RedisSessionStore, name: str, held: Any, match: str | None = None) -> None:
    """The call gives no answer within the time a visitor may be held, and its message tells no id."""
    with held(), pytest.raises(StoreUnavailable, match=match) as caught:
        CALLS[name](store)
    assert stored_key("a") not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize("name", CALLS)
def test_refused_at_start(name: str, held: Any) -> None:
    """A store can be made while its server is down; every call says that there is no answer."""
    store = RedisSessionStore(f"redis://user:pass-word@127.0.0.1:{free_port()}/0")
    with pytest.raises(StoreUnavailable, match="refused") as caught:
        CALLS[name](store)
    assert "pass-word" not in f"{caught.value}{caught.value.__cause__}"
    unavailable(store, name, held)


def test_down_at_start_then_up(server: LocalRedis, store: RedisSessionStore, held: Any) -> None:
    """A store that was made while its server was down works once it is up."""
    server.kill()
    unavailable(store, "commit", held)
    server.start()
    assert store.commit("a", COMMIT).version == 1


def test_killed_in_mid_use(server: LocalRedis, store: RedisSessionStore, held: Any) -> None:
    """A server that dies is noticed at once, and one that came back is used at once: no call fails late."""
    store.commit("a", COMMIT)
    server.kill()
    for name in CALLS:
        unavailable(store, name, held)
    server.start()
    assert store.commit("a", COMMIT).version == 1


def test_killed_amid_calls(server: LocalRedis, store: RedisSessionStore) -> None:
    """Threads that are in the middle of it get an answer or none, never a wrong one, never another error."""
    stop, wrong = threading.Event(), []

    def tab(number: int) -> None:
        count = 0
        while not stop.is_set():
            try:
                store.set(f"{number}", {"count": count})
                found = store.get(f"{number}")
            except StoreUnavailable:
                continue
            if found not in ({"count": count}, None):  # None: forgotten by a restart in between
                wrong.append(found)
            count += 1

    tabs = [threading.Thread(target=tab, args=(number,)) for number in range(8)]
    for thread in tabs:
        thread.start()
    for _ in range(3):
        time.sleep(0.1)
        server.kill()
        server.start()
    stop.set()
    for thread in tabs:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("name", CALLS)
def test_hung(server: LocalRedis, store: RedisSessionStore, name: str, held: Any) -> None:
    """A server that hangs in mid-use holds a call for a moment only."""
    store.commit("a", COMMIT)
    server.pause()
    unavailable(store, name, held, match="Timeout")
    server.resume()


def test_late_answer_goes_to_nobody(server: LocalRedis, store: RedisSessionStore, held: Any) -> None:
    """What a hung server answers later is not taken for the answer to the next question."""
    store.set("a", {"whose": "a"})
    store.set("b", {"whose": "b"})
    server.pause()
    unavailable(store, "get", held)
    server.resume()
    assert store.get("b") == {"whose": "b"}


def test_never_answers(held: Any) -> None:
    """Something that accepts connections and says nothing is no store."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        store = RedisSessionStore(f"redis://:secret@127.0.0.1:{listener.getsockname()[1]}/1")
        for name in CALLS:
            unavailable(store, name, held)
        store.close()


def test_says_something_else(held: Any) -> None:
    """Something that does not speak the protocol is no store."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve).start()
        store = RedisSessionStore(f"redis://127.0.0.1:{listener.getsockname()[1]}")
        unavailable(store, "get", held)
        store.close()


def test_full(make_redis: Callable[..., LocalRedis], held: Any) -> None:
    """A full server refuses commits as a whole and still reads; what destroys is let through."""
    server = make_redis("--maxmemory", "3mb", "--maxmemory-policy", "noeviction")
    store = RedisSessionStore(server.url)
    store.set("a", {"x": 1, "y": 1})
    store.set("taken", {"x": 1})
    raw = redis.Redis.from_url(server.url)
    with contextlib.suppress(redis.exceptions.OutOfMemoryError):
        for number in range(10_000):
            raw.set(f"filler {number}", b"x" * 10_000)
    before = store.load("a")
    for name in ("commit", "set", "touch", "copy", "rename"):
        unavailable(store, name, held, match="OutOfMemory")
    after = store.load("a")
    assert before is not None
    assert after is not None
    assert (after.version, after.fields) == (before.version, before.fields)
    store.delete("a")
    assert store.take("taken") is not None
    raw.delete(*[f"filler {number}" for number in range(100)])
    assert store.commit("a", COMMIT).verdict == "destroyed"
    assert store.commit("taken", COMMIT).verdict == "destroyed"
    assert store.commit("b", COMMIT).version == 1
    raw.close()
    store.close()


def test_replica(make_redis: Callable[..., LocalRedis], held: Any) -> None:
    """A master that was made a replica refuses every write and still reads."""
    server, replica = make_redis("--repl-diskless-sync-delay", "0"), make_redis()
    store = RedisSessionStore(replica.url)
    store.commit("a", COMMIT)
    master = RedisSessionStore(server.url)
    master.commit("a", COMMIT)
    master.close()
    raw = redis.Redis.from_url(replica.url)
    raw.replicaof("127.0.0.1", server.port)
    while raw.info("replication")["master_link_status"] != "up":
        time.sleep(0.02)
    for name in WRITES:
        unavailable(store, name, held, match=r"(?i)read.?only")
    assert store.get("a") == {"x": 1}
    raw.replicaof("NO", "ONE")
    assert store.commit("a", COMMIT).version == 2
    raw.close()
    store.close()


@pytest.mark.parametrize("user", ["", ":wrong-word@", "nobody:wrong-word@"], ids=["none", "wrong", "unknown"])
def test_password(make_redis: Callable[..., LocalRedis], user: str, held: Any) -> None:
    """Without the right password there is no answer; the message tells none."""
    server = make_redis("--requirepass", "right-word")
    store = RedisSessionStore(server.url.replace("redis://", f"redis://{user}"))
    for name in ("load", "commit"):
        unavailable(store, name, held, match="(?i)authenticat")
    with pytest.raises(StoreUnavailable) as caught:
        store.get("a")
    assert "-word" not in f"{caught.value}{caught.value.__cause__}"
    store.close()
    store = RedisSessionStore(server.url.replace("redis://", "redis://:right-word@"))
    assert store.commit("a", COMMIT).version == 1
    store.close()


def test_no_permission(server: LocalRedis, held: Any) -> None:
    """A user who may not run scripts, or not touch these keys, gets no answer."""
    raw = redis.Redis.from_url(server.url)
    raw.acl_setuser("scriptless", enabled=True, nopass=True, keys=["*"], categories=["+@all", "-@scripting"])
    raw.acl_setuser("keyless", enabled=True, nopass=True, keys=["other:*"], categories=["+@all"])
    raw.acl_setuser(
        "enough", enabled=True, nopass=True, keys=["fluxlit:*"], commands=[f"+{c}" for c in _COMMANDS]
    )
    for user in ("scriptless", "keyless"):
        store = RedisSessionStore(server.url.replace("redis://", f"redis://{user}:@"))
        unavailable(store, "commit", held)
        store.close()
    store = RedisSessionStore(server.url.replace("redis://", "redis://enough:any@"))
    for call in CALLS.values():
        call(store)
    store.close()
    raw.close()


_COMMANDS = [
    *("evalsha", "eval", "time", "del", "pexpireat", "persist"),
    *("hget", "hmget", "hset", "hdel", "hgetall", "hkeys", "hexists"),
]


@pytest.mark.parametrize("name", CALLS)
def test_wrong_type(server: LocalRedis, store: RedisSessionStore, name: str, held: Any) -> None:
    """A key of somebody else's under our name is left alone and said to be in the way."""
    raw = redis.Redis.from_url(server.url)
    raw.set(f"fluxlit:{stored_key('a')}", "theirs")
    unavailable(store, name, held, match="WRONGTYPE")
    assert raw.get(f"fluxlit:{stored_key('a')}") == b"theirs"
    raw.close()


@pytest.mark.parametrize("head", [b"", b"garbage", b"1 2 3"])
def test_broken_head(server: LocalRedis, store: RedisSessionStore, head: bytes, held: Any) -> None:
    """A record that cannot be read is neither found nor absent; it can be destroyed."""
    raw = redis.Redis.from_url(server.url)
    raw.hset(f"fluxlit:{stored_key('a')}", "m", head)
    unavailable(store, "load", held)
    unavailable(store, "commit", held)
    raw.close()


def test_evicted(make_redis: Callable[..., LocalRedis]) -> None:
    """A session that a full server dropped is absent, not destroyed, and begins again if it may."""
    server = make_redis("--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru")
    store = RedisSessionStore(server.url, timeout_seconds=20)
    store.commit("a", COMMIT)
    raw = redis.Redis.from_url(server.url)
    number = 0
    while raw.exists(f"fluxlit:{stored_key('a')}"):
        raw.set(f"filler {number}", b"x" * 10_000)
        number += 1
        assert number < 10_000, "the server never evicted it"
    raw.close()
    assert store.load("a") is None
    assert store.commit("a", Commit({"x": Change(b"1")})).verdict == "absent"
    assert store.commit("a", COMMIT).version == 1
    store.close()


def test_too_many_connections(make_redis: Callable[..., LocalRedis], held: Any) -> None:
    """A server that takes no more connections gives no answer."""
    server = make_redis("--maxclients", "1")
    with socket.create_connection(("127.0.0.1", server.port)):
        store = RedisSessionStore(server.url)
        unavailable(store, "commit", held)
        store.close()
