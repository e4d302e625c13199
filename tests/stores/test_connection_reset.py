"""Connections that are cut the hard way, with a reset, as a failing network or load balancer does."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typing_extensions import Self

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.stores.sql import SQLSessionStore

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: close() sends RST."""


class ResettingProxy:
    """A TCP proxy to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def reset(self) -> None:
        """Cut what is connected; new connections are let through."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                end.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it
            end.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.reset()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)


@pytest.fixture
def proxy(server: Any) -> Iterator[ResettingProxy]:
    """Between the store and its server."""
    with ResettingProxy(server.port) as proxy:
        yield proxy


@pytest.fixture(params=["redis_server", "postgres_server"])
def server(request: pytest.FixtureRequest) -> Any:
    """A real server."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def store(server: Any, proxy: ResettingProxy) -> Iterator[VersionedStore]:
    """A store that reaches its server by the proxy."""
    url = server.url.replace(str(server.port), str(proxy.port))
    make: Callable[..., Any] = RedisSessionStore if url.startswith("redis") else SQLSessionStore
    store = make(url, timeout_seconds=5)
    yield store
    store.close()


def test_reset_while_idle(store: VersionedStore, proxy: ResettingProxy, held: Any) -> None:
    """The next call finds another connection, or says once that there was no answer; nothing is lost."""
    store.set("reset", {"x": 1})
    for _ in range(5):
        proxy.reset()
        with held(5), contextlib.suppress(StoreUnavailable):
            store.load("reset")
        assert store.get("reset") == {"x": 1}


class Writer(threading.Thread):
    """Commits key after key to a session of its own, and notes what it was told."""

    def __init__(self, store: VersionedStore, sid: str) -> None:
        super().__init__()
        self.sid, self._store = sid, store
        self.stopped = threading.Event()
        self.acknowledged: set[str] = set()
        self.unanswered = 0
        self.wrong: list[Exception] = []

    def run(self) -> None:
        turn = 0
        while not self.stopped.is_set():
            turn += 1
            try:
                self._store.commit(self.sid, Commit({f"{turn}": Change(encode(turn))}, create=True))
            except StoreUnavailable:
                self.unanswered += 1
            except Exception as error:  # noqa: BLE001 - what must not happen
                self.wrong.append(error)
            else:
                self.acknowledged.add(f"{turn}")


def test_reset_amid_writes(store: VersionedStore, proxy: ResettingProxy) -> None:
    """Under four writers: an answer or none, never another error; all that was acknowledged is there."""
    writers = [Writer(store, f"reset {number}") for number in range(4)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + 60
    while not any(writer.unanswered for writer in writers) or not any(w.acknowledged for w in writers):
        assert time.monotonic() < end, "no call was ever cut off, or none got through"
        time.sleep(0.1)
        proxy.reset()
    for writer in writers:
        writer.stopped.set()
    for writer in writers:
        writer.join(30)
        assert writer.wrong == []
        assert writer.acknowledged <= (store.get(writer.sid) or {}).keys()
