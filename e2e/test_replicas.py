"""Two Streamlit servers on one Redis, behind a proxy that takes them in turn."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer
from tests.servers import require
from tests.servers.local_redis import LocalRedis

Serve = Callable[..., StreamlitServer]


class RoundRobin:
    """A TCP proxy: each connection goes to the next server, or to one that lives."""

    def __init__(self, *ports: int) -> None:
        self._turns = itertools.cycle(ports)
        self._count = len(ports)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.websockets: list[int] = []
        """The server of each websocket, in order."""
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the app seems to be."""
        return f"http://localhost:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            first = client.recv(65536)
            for _ in range(self._count):
                port = next(self._turns)
                try:
                    server = socket.create_connection(("127.0.0.1", port), timeout=5)
                except OSError:
                    continue
                if b"/_stcore/stream" in first:
                    self.websockets.append(port)
                with server:
                    server.settimeout(None)
                    server.sendall(first)
                    back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                    back.start()
                    _pump(client, server)
                    back.join()
                return


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def replicas(serve: Serve) -> Iterator[tuple[StreamlitServer, StreamlitServer]]:
    """Two servers of the same app on one Redis."""
    require(LocalRedis)
    behind_proxy = ("--server.enableCORS", "false", "--server.enableXsrfProtection", "false")
    with LocalRedis() as redis:
        yield tuple(
            serve("multi.py", args=behind_proxy, FLUXLIT_SESSION_STORE=redis.url, REPLICA=name)
            for name in "ab"
        )


@pytest.fixture
def proxy(replicas: tuple[StreamlitServer, StreamlitServer]) -> Iterator[RoundRobin]:
    """The proxy before them."""
    proxy = RoundRobin(*(server.port for server in replicas))
    yield proxy
    proxy.close()


def add(tab: ContinuityPage, count: int) -> None:
    """Press the button and see the effect."""
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
    tab.rest()


def test_f5_on_either_replica_and_one_that_dies(
    tab: ContinuityPage, proxy: RoundRobin, replicas: tuple[StreamlitServer, StreamlitServer]
) -> None:
    """Wherever a page load lands the state is there; when one is killed the visitor goes on."""
    tab.open(proxy.url)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    count = 0
    while len(set(proxy.websockets)) < 2 or count < 3:
        count += 1
        add(tab, count)
        tab.reload()
        assert tab.runs == PAGE_LOAD
        expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
        expect(tab.page.get_by_label("Name")).to_have_value("Ada")
        assert count < 30, "the proxy never led to the other server"
    here = next(server for server in replicas if server.port == proxy.websockets[-1])
    here.kill()
    while proxy.websockets[-1] == here.port:  # the browser tries again by itself
        tab.page.wait_for_timeout(100)
    tab.rest()
    add(tab, count + 1)
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    tab.reload()
    expect(tab.page.get_by_text(f"count is {count + 1}", exact=True)).to_be_visible()
