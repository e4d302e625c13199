"""A reverse proxy in front of apps under test, which notes what every request told it. Not for production.

What a server sees is the same question for all browsers, and the only honest one: a browser's own record of
its requests may leave out headers. Websockets go through untouched, until they are cut.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

_BY_HOP: Final = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding"}
_CHUNK: Final = 65536


@dataclass(frozen=True)
class Request:
    """One request as it came in; names of headers in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def referer(self) -> str:
        """What it says about where it comes from."""
        return self.headers.get("referer", "")

    def __str__(self) -> str:
        # The one header where an id belongs is left out: it tells the server in the websocket's handshake.
        headers = {name: value for name, value in self.headers.items() if name != "sec-websocket-protocol"}
        return f"{self.method} {self.target} {headers}"


class Front:
    """Listens on a port of its own from the moment it is made.

    Args:
        app: port of the app; or path prefix -> port, for several on one origin; None: answer everything with
            nothing, as a server elsewhere.
        head: HTML that documents of the app get at the beginning of their head.
        headers: response headers that are added to everything.
        pages: documents of its own, by path.
        as_origin: what an opaque origin ("null") is passed on as.
    """

    def __init__(
        self,
        app: int | Mapping[str, int] | None,
        *,
        head: str = "",
        headers: Mapping[str, str] | None = None,
        pages: Mapping[str, str] | None = None,
        as_origin: str | None = None,
    ) -> None:
        self.apps = {} if app is None else {"/": app} if isinstance(app, int) else dict(app)
        self.head = head
        self.headers = dict(headers or {})
        self.pages = dict(pages or {})
        self.as_origin = as_origin
        self.requests: list[Request] = []
        self.websockets: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), self)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the app is now, without a trailing slash."""
        return f"http://localhost:{self.port}"

    def carrying(self, secret: str) -> list[Request]:
        """The requests that hold `secret` anywhere."""
        return [request for request in self.requests if secret in str(request)]

    def port_for(self, path: str) -> int | None:
        """The app that has `path`, the longest prefix first."""
        found = [prefix for prefix in self.apps if path.startswith(prefix)]
        return self.apps[max(found, key=len)] if found else None

    def hang_up(self) -> None:
        """Cut all websockets, as a network does that was gone for a moment."""
        for connection in tuple(self.websockets):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop listening and hang up."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], front: Front) -> None:
        self.front = front
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up in the middle of an answer is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def parse_request(self) -> bool:
        """Every method is handled alike."""
        good = super().parse_request()
        if good:
            setattr(self, f"do_{self.command}", self._pass_on)
        return good

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        pass

    def _pass_on(self) -> None:
        front = self.server.front
        request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
        front.requests.append(request)
        path = self.path.partition("?")[0]
        if path in front.pages:
            self._answer(200, {"Content-Type": "text/html"}, front.pages[path].encode())
        elif (port := front.port_for(path)) is None:
            self._answer(200, {"Content-Type": "text/plain"}, b"")
        elif request.headers.get("upgrade", "").lower() == "websocket":
            self._splice(port, request)
        else:
            self._forward(port, request)

    def _sent_on(self, request: Request) -> dict[str, str]:
        headers = dict(request.headers)
        as_origin = self.server.front.as_origin
        if headers.get("origin") == "null" and as_origin is not None:
            headers["origin"] = as_origin
        return headers

    def _forward(self, port: int, request: Request) -> None:
        headers = {k: v for k, v in self._sent_on(request).items() if k not in _BY_HOP}
        body = self.rfile.read(int(request.headers.get("content-length", "0")))
        app = http.client.HTTPConnection("localhost", port, timeout=60)
        try:
            app.request(request.method, request.target, body=body or None, headers=headers)
            response = app.getresponse()
            content = response.read()
        finally:
            app.close()
        if "text/html" in (response.getheader("content-type") or ""):
            content = content.replace(b"<head>", f"<head>{self.server.front.head}".encode(), 1)
        told = {k: v for k, v in response.getheaders() if k.lower() not in _BY_HOP}
        self._answer(response.status, told, content)

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, **self.server.front.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _splice(self, port: int, request: Request) -> None:
        """Let bytes through both ways until either side hangs up."""
        self.close_connection = True
        lines = [f"{k}: {v}" for k, v in self._sent_on(request).items()]
        opening = "\r\n".join([self.requestline, *lines, "", ""]).encode("latin-1")
        with socket.create_connection(("localhost", port)) as app:
            self.server.front.websockets.add(app)
            app.sendall(opening)
            answers = threading.Thread(target=_pour, args=(app, self.connection), daemon=True)
            answers.start()
            _pour(self.connection, app)
            answers.join()
            self.server.front.websockets.discard(app)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # one side has hung up; now the other
        while data := source.recv(_CHUNK):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
