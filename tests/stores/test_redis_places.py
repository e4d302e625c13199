"""Where Redis may be: what a URL means, a real Cluster of three nodes, a real Sentinel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from fluxlit_component.codec import encode
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.stores.redis_url import connector
from fluxlit_component.testing import VersionedStoreContract
from fluxlit_component.testing.server import free_port
from tests.servers import require
from tests.servers.local_redis import LocalRedis
from tests.stores.browsing_contract import BrowsableStoreContract
from tests.stores.redis_clock import RedisClock

COMMIT = Commit({"x": Change(encode(1))}, create=True)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that a server does in its own time."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def options_of(url: str) -> dict[str, Any]:
    """With what the client of a URL makes its connections."""
    options: dict[str, Any] = connector(url, timeout_seconds=0.25)().connection_pool.connection_kwargs
    return options


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://example.org:7000/3", {"host": "example.org", "port": 7000, "db": 3}),
        ("valkey://example.org", {"host": "example.org"}),
        ("redis://name:p%40ss@example.org", {"username": "name", "password": "p@ss"}),
        ("unix:///run/redis.sock?db=2", {"path": "/run/redis.sock", "db": 2}),
        ("redis://example.org?socket_timeout=1.5", {"socket_timeout": 1.5}),
        ("rediss://example.org?ssl_cert_reqs=none", {"ssl_cert_reqs": "none"}),
        ("valkeys://example.org", {"host": "example.org"}),
    ],
)
def test_single_server(url: str, expected: dict[str, Any]) -> None:
    """The parts of a URL, and what its query says, reach the client."""
    options = options_of(url)
    assert {name: options[name] for name in expected} == expected
    assert options["retry"]._retries == 0
    assert options["socket_connect_timeout"] == 0.25


def test_tls() -> None:
    """A scheme with a double s means TLS, for Sentinel too."""
    for url in ("rediss://example.org", "valkeys://example.org", "rediss+sentinel://example.org/main"):
        assert "SSL" in connector(url, timeout_seconds=0.25)().connection_pool.connection_class.__name__


def test_sentinel_url() -> None:
    """Hosts, service, database and both passwords of a Sentinel URL find their places."""
    url = "redis+sentinel://name:word@one:1,[::1]:2,three/main/4?sentinel_password=other&socket_timeout=0.5"
    pool = connector(url, timeout_seconds=0.25)().connection_pool
    sentinels = [sentinel.connection_pool.connection_kwargs for sentinel in pool.sentinel_manager.sentinels]
    assert pool.service_name == "main"
    assert {
        name: pool.connection_kwargs[name] for name in ("db", "username", "password", "socket_timeout")
    } == {
        "db": 4,
        "username": "name",
        "password": "word",
        "socket_timeout": 0.5,
    }
    assert [(options["host"], options["port"]) for options in sentinels] == [
        ("one", 1),
        ("::1", 2),
        ("three", 26379),
    ]
    assert {(options["username"], options["password"]) for options in sentinels} == {(None, "other")}
    assert {options["socket_timeout"] for options in sentinels} == {0.5}


@pytest.mark.parametrize(
    "url",
    [
        *(
            "redis+sentinel://one",
            "redis+sentinel:///main",
            "redis+sentinel://one/main/x",
            "redis+cluster://one,,two",
        ),
        *("redis+cluster://", "redis://:se/cret@one", "redis://one?no_such_option=1", "redis+other://one"),
    ],
)
def test_url_that_cannot_work(url: str) -> None:
    """A URL with a mistake is refused when the store is made; the message tells no password."""
    with pytest.raises(ConfigurationError) as caught:
        RedisSessionStore(url)
    assert "cret" not in str(caught.value)


@pytest.fixture(scope="module")
def cluster() -> Iterator[list[LocalRedis]]:
    """Three masters that share the slots."""
    require(LocalRedis)
    buses = [free_port() for _ in range(3)]
    nodes = [
        LocalRedis(
            "--cluster-enabled", "yes", "--cluster-port", str(bus), "--cluster-node-timeout", "1000"
        ).start()
        for bus in buses
    ]
    try:
        clients = [redis.Redis.from_url(node.url) for node in nodes]
        for number, client in enumerate(clients):
            first, last = 16384 * number // 3, 16384 * (number + 1) // 3 - 1
            client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
            client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
            client.execute_command("CLUSTER MEET", "127.0.0.1", nodes[0].port, buses[0])
        for client in clients:
            wait_until(
                lambda client=client: (
                    client.cluster("info")["cluster_state"] == "ok" and len(client.cluster("nodes")) == 3
                )
            )
            client.close()
        yield nodes
    finally:
        for node in nodes:
            node.close()


@pytest.fixture
def in_cluster(cluster: list[LocalRedis]) -> Iterator[RedisSessionStore]:
    """A store on the cluster, emptied."""
    places = ",".join(f"127.0.0.1:{node.port}" for node in cluster)
    store = RedisSessionStore(f"redis+cluster://{places}", timeout_seconds=20)
    store._server.client.flushall(target_nodes="primaries")
    yield store
    store.close()


class TestCluster(VersionedStoreContract, BrowsableStoreContract):
    """The contract in a real cluster, but for what it cannot promise: there a rename is two steps."""

    lifetime = 30
    test_one_renames = None

    @pytest.fixture
    def store(self, in_cluster: RedisSessionStore) -> RedisSessionStore:
        return in_cluster

    @pytest.fixture
    def advance(self, redis_clock: RedisClock) -> Callable[[float], None]:
        return redis_clock.advance


def test_sessions_are_spread(in_cluster: RedisSessionStore, cluster: list[LocalRedis]) -> None:
    """Sessions lie on all nodes, each whole on one."""
    for number in range(60):
        assert in_cluster.commit(f"{number}", COMMIT).version == 1
        assert in_cluster.get(f"{number}") == {"x": 1}
    clients = [redis.Redis.from_url(node.url) for node in cluster]
    sizes = [client.dbsize() for client in clients]
    assert sum(sizes) == 60
    assert min(sizes) > 0
    for client in clients:
        client.close()


def test_facts_of_a_cluster(in_cluster: RedisSessionStore, cluster: list[LocalRedis]) -> None:
    """A cluster says its role, its policy and its time; one server that differs shows."""
    facts = in_cluster.describe()
    assert (facts.engine, facts.details["role"]) == ("Redis", "master")
    assert facts.details["maxmemory_policy"] == "noeviction"
    assert facts.now == pytest.approx(time.time(), abs=60)
    with redis.Redis.from_url(cluster[1].url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        assert in_cluster.describe().details["maxmemory_policy"] == "allkeys-lru, noeviction"
        client.config_set("maxmemory-policy", "noeviction")


def test_forgotten_scripts_in_a_cluster(in_cluster: RedisSessionStore, cluster: list[LocalRedis]) -> None:
    """A node that does not know a script is given it."""
    in_cluster._server.client.script_flush()
    for number in range(30):
        assert in_cluster.commit(f"{number}", COMMIT).version == 1


def test_rename_between_servers(in_cluster: RedisSessionStore) -> None:
    """Wherever the new name lies the session is under it, whole; the old one is destroyed."""
    for number in range(12):
        in_cluster.commit(f"old {number}", COMMIT)
        assert in_cluster.rename(f"old {number}", f"new {number}")
        assert in_cluster.get(f"new {number}") == {"x": 1}
        assert in_cluster.commit(f"old {number}", COMMIT).verdict == "destroyed"
    assert not in_cluster.rename("old 0", "new again")
    in_cluster.commit("a", COMMIT)
    assert not in_cluster.rename("a", "new 0")
    assert in_cluster.get("a") == {"x": 1}


def test_cluster_is_down_at_start(held: Any) -> None:
    """A store of a cluster can be made while no node is there."""
    store = RedisSessionStore(f"redis+cluster://127.0.0.1:{free_port()},127.0.0.1:{free_port()}")
    with held(), pytest.raises(StoreUnavailable):
        store.commit("a", COMMIT)


def test_hung_node(cluster: list[LocalRedis], held: Any) -> None:
    """A node that hangs holds a call for a moment; the sessions on the others go on."""
    store = RedisSessionStore(f"redis+cluster://127.0.0.1:{cluster[0].port}")
    for number in range(12):
        store.commit(f"{number}", COMMIT)
    answers = set()
    cluster[2].pause()
    for number in range(12):
        with held():
            try:
                answers.add(store.load(f"{number}") is not None)
            except StoreUnavailable:
                answers.add(None)
    cluster[2].resume()
    assert answers == {True, None}
    store.close()


def test_sentinel(make_redis: Callable[..., LocalRedis], held: Any) -> None:
    """The master is found by Sentinel, and a new one is found when it was replaced."""
    old, new = make_redis("--repl-diskless-sync-delay", "0"), make_redis()
    sentinel = make_redis("--sentinel")
    client = redis.Redis(port=sentinel.port)
    client.execute_command("SENTINEL MONITOR", "main", "127.0.0.1", old.port, 1)
    store = RedisSessionStore(f"redis+sentinel://127.0.0.1:{sentinel.port}/main")
    assert store.commit("a", COMMIT).version == 1
    client.execute_command("SENTINEL REMOVE", "main")
    client.execute_command("SENTINEL MONITOR", "main", "127.0.0.1", new.port, 1)
    old.kill()
    with held():
        assert store.commit("a", COMMIT).version == 1
    sentinel.kill()
    assert store.commit("a", COMMIT).version == 2
    new.kill()
    with held(), pytest.raises(StoreUnavailable):
        store.commit("a", COMMIT)
    client.close()
    store.close()
