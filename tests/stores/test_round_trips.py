"""How often a load and a commit wait for a database: once each, however far away it is."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from typing_extensions import Self

from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sql import SQLSessionStore


class CountingProxy:
    """A TCP proxy to a port of this machine that counts how often the client has spoken and been answered."""

    def __init__(self, port: int) -> None:
        self._target, self._last, self.round_trips = port, "server", 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                for ends in ((client, server, "client"), (server, client, "server")):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, name: str) -> None:
        with contextlib.suppress(OSError), source:
            while data := source.recv(65536):
                self.round_trips += name == "client" != self._last
                self._last = name
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


@pytest.fixture(params=["postgres_server", "mariadb_server"])
def server(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A real server without tables."""
    if request.param == "mariadb_server":
        pytest.importorskip("pymysql")
    server = request.getfixturevalue(request.param)
    engine = sa.create_engine(server.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS fluxlit_session, fluxlit_field")
    engine.dispose()
    return server


def test_one_round_trip(server: Any) -> None:
    """A load, and a commit to a session that is there: of new keys or known ones, guarded or not."""
    with CountingProxy(server.port) as proxy:
        store = SQLSessionStore(server.url.replace(str(server.port), str(proxy.port)), timeout_seconds=20)
        version = store.commit("a", Commit({"x": Change(encode(0))}, create=True)).version
        store.load("a")
        for changes in (
            {"x": Change(encode(1), base=1)},
            {"new": Change(encode(1))},
            {"x": Change(encode(2), base=2, guarded=True), "other": Change(encode(1), guarded=True)},
            {"x": Change(None, base=4)},
        ):
            before = proxy.round_trips
            version += 1
            schema = None if "new" in changes else version
            assert store.commit("a", Commit(changes, 60, schema=schema, create=True)).version == version
            assert proxy.round_trips == before + 1
            record = store.load("a")
            assert record is not None
            assert record.version == version
            assert proxy.round_trips == before + 2
        store.close()
