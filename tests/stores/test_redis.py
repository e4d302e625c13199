"""The Redis store: the contract on a real server, and what only it has: scripts, keys, clients, URLs."""

from __future__ import annotations

import logging
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fluxlit_component
from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.state.record import Change, Commit, Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.testing import VersionedStoreContract
from tests.servers.local_redis import LocalRedis
from tests.stores.browsing_contract import BrowsableStoreContract
from tests.stores.redis_clock import RedisClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)
LINGER = 300_000


@pytest.fixture
def raw(redis_server: LocalRedis) -> Iterator[redis.Redis]:
    """A plain client of the server, emptied."""
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def store(redis_server: LocalRedis, raw: redis.Redis) -> Iterator[RedisSessionStore]:
    """A store, patient: how busy the machine is, is not what is under test."""
    store = RedisSessionStore(redis_server.url, timeout_seconds=20)
    yield store
    store.close()


class TestRedisSessionStore(VersionedStoreContract, BrowsableStoreContract):
    lifetime = 30

    @pytest.fixture
    def store(self, redis_server: LocalRedis, raw: redis.Redis) -> Iterator[RedisSessionStore]:
        # Patience: 50 threads on a slow machine are not what is under test.
        store = RedisSessionStore(redis_server.url, timeout_seconds=20)
        yield store
        store.close()

    @pytest.fixture
    def advance(self, redis_clock: RedisClock) -> Callable[[float], None]:
        return redis_clock.advance


class TestValkey(VersionedStoreContract):
    """The same once more, with a client of valkey-py that was passed in, by a Unix socket."""

    lifetime = 30

    @pytest.fixture
    def store(self, redis_server: LocalRedis, raw: redis.Redis) -> Iterator[RedisSessionStore]:
        valkey = pytest.importorskip("valkey", reason="valkey-py is not installed")
        client = valkey.Valkey.from_url(redis_server.socket_url)
        yield RedisSessionStore(client)
        client.close()

    @pytest.fixture
    def advance(self, redis_clock: RedisClock) -> Callable[[float], None]:
        return redis_clock.advance


def _everything(raw: redis.Redis) -> bytes:
    dump = {key: (raw.hgetall(key), raw.dump(key)) for key in raw.scan_iter()}
    return repr(dump).encode() + b"".join(part or b"" for _, part in dump.values())


def test_id_is_never_at_rest(store: RedisSessionStore, raw: redis.Redis) -> None:
    """No byte on the server tells an id; what is found there is no id."""
    sid, target = new_session_id(), new_session_id()
    store.commit(sid, COMMIT)
    store.touch(sid, idle_seconds=5)
    store.rename(sid, target)
    assert stored_key(target).encode() in _everything(raw)
    store.take(target)
    store.set(sid, {"a": 1})
    assert sid.encode() not in _everything(raw)
    assert target.encode() not in _everything(raw)
    assert store.load(stored_key(sid)) is None


def test_one_key_per_session(store: RedisSessionStore, raw: redis.Redis) -> None:
    """However many keys a session has, on the server it is one, named by prefix and hash."""
    store.commit("a", Commit({f"{number}": Change(b"1") for number in range(50)}, create=True))
    store.commit("a", Commit({"1": Change(None)}))
    assert raw.keys() == [f"fluxlit:{stored_key('a')}".encode()]


def test_prefix(redis_server: LocalRedis, raw: redis.Redis) -> None:
    """Two apps share a server by prefixes, and do not see each other's sessions."""
    one, other = RedisSessionStore.from_url(f"{redis_server.url}?prefix=one:"), RedisSessionStore(raw)
    one.set("a", {"x": 1}, ttl_seconds=60)
    assert raw.keys() == [f"one:{stored_key('a')}".encode()]
    assert 50_000 < raw.pttl(raw.keys()[0]) - LINGER <= 60_000
    assert other.get("a") is None
    one.close()


def test_server_drops_what_has_ended(store: RedisSessionStore, raw: redis.Redis) -> None:
    """Five minutes after the earlier of both deadlines the server drops the key; without one, never."""
    key = f"fluxlit:{stored_key('a')}"
    store.commit("a", Commit({"x": Change(b"1")}, idle_seconds=60, max_age_seconds=90, create=True))
    assert 30_000 < raw.pttl(key) - LINGER <= 60_000
    store.touch("a", idle_seconds=3600)
    assert 65_000 < raw.pttl(key) - LINGER <= 90_000
    store.commit("a", Commit({"x": Change(b"2")}, idle_seconds=10))
    assert 1_000 < raw.pttl(key) - LINGER <= 10_000
    store.copy("a", "b")
    assert 1_000 < raw.pttl(f"fluxlit:{stored_key('b')}") - LINGER <= 10_000
    store.set("a", {}, ttl_seconds=0)
    assert raw.pttl(key) == -1


def test_marker(store: RedisSessionStore, raw: redis.Redis) -> None:
    """Of a destroyed session nothing is left but the fact, for a day."""
    store.commit("a", COMMIT)
    store.delete("a")
    (key,) = raw.keys()
    assert list(raw.hgetall(key)) == [b"x"]
    assert 86_300_000 < raw.pttl(key) <= 86_400_000
    raw.pexpire(key, 1)
    time.sleep(0.01)
    assert store.commit("a", COMMIT).verdict == "committed"


def test_clock_is_the_server_s(
    store: RedisSessionStore, raw: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the machine of the app believes about the time, the server's clock counts."""
    monkeypatch.setattr(time, "time", lambda: 1.0)
    outcome = store.commit("a", Commit({"x": Change(b"1")}, idle_seconds=60, create=True))
    assert outcome.now == pytest.approx(raw.time()[0], abs=60)
    assert outcome.idle_expires == pytest.approx(outcome.now + 60)


def test_forgotten_scripts(store: RedisSessionStore, raw: redis.Redis) -> None:
    """A server that was told to forget its scripts is given them again."""
    store.commit("a", COMMIT)
    raw.script_flush()
    assert store.commit("a", COMMIT).version == 2
    raw.script_flush()
    assert store.rename("a", "b")
    raw.script_flush()
    assert store.take("b") is not None


def test_endless_lifetimes(store: RedisSessionStore) -> None:
    """A lifetime too long to count is long, and one too short to count is over at once."""
    outcome = store.commit("a", Commit({"x": Change(b"1")}, idle_seconds=math.inf, create=True))
    assert outcome.idle_expires is not None
    assert outcome.idle_expires > outcome.now + 1e11
    assert store.touch("a", idle_seconds=1e-9)
    time.sleep(0.01)
    assert store.load("a") is None


def test_restarted_without_persistence(make_redis: Callable[..., LocalRedis]) -> None:
    """A server that has forgotten everything says "absent", and a session can begin again."""
    server = make_redis()
    store = RedisSessionStore(server.url)
    store.commit("a", COMMIT)
    server.kill()
    server.start()
    assert store.commit("a", Commit({"x": Change(b"1")})).verdict == "absent"
    assert store.commit("a", COMMIT).version == 1
    store.close()


def test_client_that_was_passed_in_stays_open(redis_server: LocalRedis, raw: redis.Redis) -> None:
    """Who opened a client closes it; a store that was made from a URL may be used again after a close."""
    theirs = RedisSessionStore(raw)
    theirs.commit("a", COMMIT)
    theirs.close()
    assert raw.connection_pool._available_connections[0]._sock is not None
    ours = RedisSessionStore(redis_server.url)
    assert ours.get("a") == {"x": 1}
    ours.close()
    assert ours.get("a") == {"x": 1}
    ours.close()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork(store: RedisSessionStore) -> None:
    """A child that was forked has connections of its own: no answer goes to the wrong process."""
    store.commit("a", COMMIT)
    child = os.fork()
    if child == 0:
        good = all(store.get("a") == {"x": 1} for _ in range(200))
        os._exit(0 if good else 1)
    assert all(store.load("b") is None for _ in range(200))
    assert os.waitpid(child, 0)[1] == 0


def test_without_redis_py() -> None:
    """Where redis-py is not installed another client will do; a URL is answered with what to install."""
    script = (
        "import sys; sys.modules['redis'] = None\n"
        "from types import SimpleNamespace as Client\n"
        "from fluxlit_component.stores.redis import RedisSessionStore\n"
        "client = Client(evalsha=lambda *_: [1], info=None)\n"
        "assert RedisSessionStore(client).load('a') is None\n"
        "RedisSessionStore('redis://127.0.0.1')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(fluxlit_component.__file__).parent.parent)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert "fluxlit-component[redis]" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "remedy"),
    [({"decode_responses": True}, "decode_responses=False"), (None, "URL or a Redis client")],
    ids=["decoding", "no client"],
)
def test_client_that_will_not_do(options: dict[str, Any] | None, remedy: str) -> None:
    """A client that returns text, or no client at all, is refused with what to do."""
    with pytest.raises(ConfigurationError, match=remedy):
        RedisSessionStore(redis.Redis(**options) if options else object())


def test_asyncio_client() -> None:
    """A client that returns awaitables is refused."""
    with pytest.raises(ConfigurationError, match="asyncio"):
        RedisSessionStore(redis.asyncio.Redis())


def test_decoding_by_url(redis_server: LocalRedis) -> None:
    """A URL that asks for text is refused when the store is used."""
    with pytest.raises(ConfigurationError, match="decode_responses"):
        RedisSessionStore(f"{redis_server.url}?decode_responses=True").get("a")


def test_empty_id_is_refused(store: RedisSessionStore) -> None:
    """One empty id for all visitors would mix their sessions."""
    with pytest.raises(ConfigurationError, match="empty"):
        store.commit("", COMMIT)


@pytest.mark.parametrize(
    ("policy", "warns"), [("allkeys-lru", True), ("volatile-ttl", True), ("noeviction", False)]
)
def test_evicting_server(
    make_redis: Callable[..., LocalRedis], caplog: pytest.LogCaptureFixture, policy: str, warns: bool
) -> None:
    """A server that may drop sessions before their time is warned of, once."""
    store = RedisSessionStore(make_redis("--maxmemory", "64mb", "--maxmemory-policy", policy).url)
    with caplog.at_level(logging.WARNING):
        store.commit("a", COMMIT)
        store.commit("a", COMMIT)
    assert caplog.text.count("noeviction") == int(warns)
    store.close()


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["commit", "delete", "set", "take", "copy", "rename", "touch"]),
        st.sampled_from("ab"),
        st.dictionaries(
            st.sampled_from("xyz"),
            st.builds(Change, st.none() | st.binary(max_size=3), st.integers(0, 4), st.booleans()),
        ),
        st.booleans(),
    ),
    max_size=20,
)


def _do(store: VersionedStore, name: str, sid: str, changes: dict[str, Change], create: bool) -> object:
    """One operation, and what it did without times, which are the server's."""
    other = "b" if sid == "a" else "a"
    if name == "commit":
        outcome = store.commit(sid, Commit(changes, 60, None, 7, create))
        return (outcome.verdict, outcome.version, outcome.refused, outcome.overwritten)
    if name == "set":
        return store.set(sid, dict.fromkeys(changes, 1))
    if name == "touch":
        return store.touch(sid, idle_seconds=60)
    if name in {"copy", "rename"}:
        return getattr(store, name)(sid, other)
    answer = store.delete(sid) if name == "delete" else store.take(sid)
    return answer and _plain(answer)


def _plain(record: Record | None) -> object:
    return record and (record.version, record.schema, record.fields, record.idle_expires is None)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_agrees_with_memory(raw: redis.Redis, operations: list[tuple[Any, ...]]) -> None:
    """The rules in Lua are those in Python: whatever is done, both stores answer the same."""
    raw.flushdb()
    ours, memory = RedisSessionStore(raw), InMemorySessionStore()
    for operation in operations:
        assert _do(ours, *operation) == _do(memory, *operation)
    assert [_plain(ours.load(sid)) for sid in "ab"] == [_plain(memory.load(sid)) for sid in "ab"]
