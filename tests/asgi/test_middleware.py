"""The middleware alone, between a server and an app that are dictionaries: what each of them sees."""

from __future__ import annotations

import asyncio
import gzip
import logging
from pathlib import Path
from typing import Any

import pytest
from streamlit.file_util import get_static_dir

from fluxlit_component.asgi import SessionMiddleware
from fluxlit_component.asgi.document import boot_script
from fluxlit_component.asgi.handshake import handshake_of
from fluxlit_component.identifier import TICKET_HEADER

SID = "S" * 43
INDEX = (
    b'<!DOCTYPE html><html><head>\n<meta charset="UTF-8" /><script>window.prerenderReady = false</script>'
    b'<script type="module" src="./static/js/index.x.js"></script></head><body></body></html>'
)
HTML = (b"content-type", b"text/html; charset=utf-8")
NAVIGATION = (b"accept", b"text/html,*/*")


class App:
    """Answers with what it is told to, and remembers what it was asked."""

    def __init__(
        self, body: bytes = INDEX, *headers: tuple[bytes, bytes], status: int = 200, pieces: int = 1
    ) -> None:
        self.scope: dict[str, Any] = {}
        self.said: object = None
        self._body, self._status, self._pieces = body, status, pieces
        self._headers = [*(headers or [HTML]), (b"content-length", str(len(body)).encode())]

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.scope = dict(scope)
        if scope["type"] == "websocket":
            self.said = handshake_of(self.header(TICKET_HEADER.encode()))
            return
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        size = -(-len(self._body) // self._pieces) or 1
        pieces = [self._body[at : at + size] for at in range(0, len(self._body), size)] or [b""]
        for number, piece in enumerate(pieces, 1):
            more = number < len(pieces)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    def header(self, name: bytes) -> str | None:
        """A header as the app sees it."""
        return next((value.decode() for key, value in self.scope["headers"] if key == name), None)


def ask(app: App, path: str = "/", *headers: tuple[bytes, bytes], method: str = "GET") -> dict[str, Any]:
    """One request through the middleware; status, headers and body of the answer."""
    scope = {"type": "http", "path": path, "method": method, "headers": list(headers)}
    sent = run(app, scope)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return {"status": sent[0]["status"], "headers": dict(sent[0]["headers"]), "body": body}


def connect(app: App, *words: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """One websocket through the middleware."""
    given = [(b"host", b"x"), (b"sec-websocket-protocol", ", ".join(words).encode()), *headers]
    run(app, {"type": "websocket", "path": "/_stcore/stream", "headers": given, "subprotocols": list(words)})


def run(app: Any, scope: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that is sent."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    asyncio.run(SessionMiddleware(app)(scope, receive, send))
    return sent


# --- the log --------------------------------------------------------------------------------------


def test_access_logs_show_no_id() -> None:
    """The middleware alone sees to it: with `st.App` under uvicorn nobody else does."""
    logger = logging.getLogger("uvicorn.access")
    for old in tuple(logger.filters):
        logger.removeFilter(old)
    ask(App())
    record = logging.LogRecord(logger.name, logging.INFO, __file__, 1, f"/?fluxlit_sid={SID}", (), None)
    assert logger.filter(record)
    assert SID not in record.getMessage()


# --- the websocket --------------------------------------------------------------------------------


def test_words_are_taken_out_of_the_handshake() -> None:
    """Streamlit sees its own three in their places; the app a ticket that leads to what was said."""
    app = App()
    connect(app, "streamlit", "xsrf", "session-to-resume", f"fluxlit.{SID}")
    assert app.scope["subprotocols"] == ["streamlit", "xsrf", "session-to-resume"]
    assert app.header(b"sec-websocket-protocol") == "streamlit, xsrf, session-to-resume"
    assert app.said is not None
    assert SID not in str(app.scope)
    assert handshake_of(app.header(TICKET_HEADER.encode())) is None, "the websocket is closed"


def test_a_copy_of_the_header_that_a_client_sends_is_dropped() -> None:
    """With and without words of the boot script, and in plain requests too."""
    forged = (b"Fluxlit-Handshake", b"forged")
    for words in (("streamlit", "xsrf"), ("streamlit", "xsrf", "fluxlit.none")):
        app = App()
        connect(app, *words, headers=(forged,))
        assert "forged" not in str(app.scope)
    app = App()
    ask(app, "/_stcore/agent/interact", forged, method="POST")
    assert "forged" not in str(app.scope)


def test_a_websocket_without_words_passes() -> None:
    """As it came."""
    app = App()
    connect(app, "streamlit", "xsrf")
    assert app.scope["subprotocols"] == ["streamlit", "xsrf"]
    assert app.header(TICKET_HEADER.encode()) is None


def test_two_of_them_are_as_good_as_one() -> None:
    """An app that has the middleware and is served by `fluxlit-session run`."""
    app = App()
    scope = {"type": "websocket", "path": "/", "headers": [], "subprotocols": ["streamlit", f"fluxlit.{SID}"]}
    run(SessionMiddleware(app), scope)
    assert app.said is not None
    sent = run(SessionMiddleware(App()), {"type": "http", "path": "/", "method": "GET", "headers": []})
    assert sent[-1]["body"].count(b"_fluxlit/") == 1


# --- the document ---------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [1, 7])
def test_the_script_is_first_in_the_head(pieces: int) -> None:
    """Before everything else, from where Streamlit's own script comes."""
    answer = ask(App(INDEX, pieces=pieces))
    tag = f'<html><head><script src="./_fluxlit/{boot_script().name}"></script>'.encode()
    assert tag in answer["body"]
    assert answer["body"].replace(tag, b"<html><head>") == INDEX
    assert answer["headers"][b"content-length"] == str(len(answer["body"])).encode()
    assert answer["headers"][b"referrer-policy"] == b"strict-origin-when-cross-origin"


def test_a_compressed_document_stays_compressed() -> None:
    """Gzip in, gzip out; what is encoded otherwise passes."""
    answer = ask(App(gzip.compress(INDEX), HTML, (b"content-encoding", b"gzip")))
    assert b"_fluxlit/" in gzip.decompress(answer["body"])
    assert answer["headers"][b"content-length"] == str(len(answer["body"])).encode()
    assert ask(App(b"br...", HTML, (b"content-encoding", b"br")))["body"] == b"br..."


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(INDEX)[:-9], b""])
def test_what_is_not_compressed_as_it_says_passes(body: bytes) -> None:
    """It is somebody else's mistake, and no error of the server's."""
    answer = ask(App(body, HTML, (b"content-encoding", b"gzip")))
    assert (answer["status"], answer["body"]) == (200, body)


def test_streamlits_own_document_gets_it() -> None:
    """What the installed release serves, whatever else the test takes for it."""
    index = (Path(get_static_dir()) / "index.html").read_bytes()
    tag = b'<script src="./_fluxlit/%s"></script>' % boot_script().name.encode()
    body = ask(App(index))["body"]
    assert tag in body
    assert body.replace(tag, b"") == index


def test_head_tells_the_same_as_get() -> None:
    """The same headers, and no body."""
    get, head = ask(App()), ask(App(), method="HEAD")
    assert head["headers"] == get["headers"]
    assert head["body"] == b""


class Routes(App):
    """An app with a route of its own for each method: only one is there."""

    def __init__(self, method: str, kind: bytes) -> None:
        super().__init__(b"<html><head></head></html>", (b"content-type", kind), (b"etag", b'"t"'))
        self._method = method
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["method"])
        self._status = 200 if scope["method"] == self._method else 405
        await super().__call__(scope, receive, send)


@pytest.mark.parametrize("kind", [b"application/json", b"text/html"])
@pytest.mark.parametrize(("route", "status"), [("HEAD", 200), ("GET", 405)])
def test_head_of_a_route_of_the_apps_own_is_answered_by_the_app(route: str, status: int, kind: bytes) -> None:
    """As without the middleware: 200 by a route for HEAD, 405 by one for GET alone."""
    app = Routes(route, kind)
    answer = ask(app, "/api", method="HEAD")
    assert (answer["status"], answer["headers"][b"etag"]) == (status, b'"t"')
    assert app.asked[0] == "HEAD"
    assert len(app.asked) == 1 or (kind, route) == (b"text/html", "HEAD")


def test_the_app_may_read_its_request_again() -> None:
    """Asked a second time, it is not left waiting for a body that it has read; then comes what comes."""
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append((await receive())["type"])
        if scope["method"] == "GET":
            heard.append((await receive())["type"])
        await App()(scope, receive, send)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect" if heard else "http.request"}

    async def send(_message: Any) -> None:
        pass

    scope = {"type": "http", "path": "/", "method": "HEAD", "headers": []}
    asyncio.run(SessionMiddleware(app)(scope, receive, send))
    assert heard == ["http.request", "http.request", "http.disconnect"]


@pytest.mark.parametrize("path", ["/v1.2", "/media/app/", "/media/app/report", "/static", "/component"])
def test_a_page_may_have_any_name(path: str) -> None:
    """A dot, or the name of one of Streamlit's folders, in which an app may be mounted."""
    assert b"_fluxlit/" in ask(App(), path)["body"]


def test_an_app_below_a_path_has_folders_of_its_own() -> None:
    """With the middleware in an app that is mounted below `/media`, the page `/v1.2` has its dot."""
    scope = {"type": "http", "path": "/media/a/v1.2", "root_path": "/media/a", "method": "GET", "headers": []}
    assert b"_fluxlit/" in run(App(), scope)[-1]["body"]
    scope["path"] = "/media/a/media/x.html"
    assert b"_fluxlit/" not in run(App(), scope)[-1]["body"]


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/", b"application/json", b"{}"),
        ("/other", b"text/html", b"<html><head></head><body>another page</body></html>"),
        ("/own", b"text/html", b'<html><head><script src="/static/js/app.js"></script></head></html>'),
        ("/component/x/index.html", b"text/html", INDEX),
        ("/app/static/x/page.html", b"text/html", INDEX),
        ("/media/abc.html", b"text/html", INDEX),
        ("/favicon.png", b"image/png", b"\x89PNG"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_all_else_passes_byte_for_byte(path: str, kind: bytes, body: bytes, method: str) -> None:
    """Body, length, tag and date."""
    headers = ((b"content-type", kind), (b"etag", b'"t"'), (b"last-modified", b"Thu"))
    answer = ask(App(body, *headers), path, NAVIGATION, method=method)
    assert answer["body"] == body
    found = answer["headers"]
    assert (found[b"etag"], found[b"last-modified"]) == (b'"t"', b"Thu")
    assert found[b"content-length"] == str(len(body)).encode()


def test_an_answer_without_headers_passes() -> None:
    """ASGI: they are optional."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    assert [
        message["type"] for message in run(app, {"type": "http", "path": "/", "method": "GET", "headers": []})
    ] == [
        "http.response.start",
        "http.response.body",
    ]


def test_a_policy_of_the_apps_own_stays() -> None:
    """Ours is a default."""
    answer = ask(App(INDEX, HTML, (b"referrer-policy", b"no-referrer")))
    assert answer["headers"][b"referrer-policy"] == b"no-referrer"


# --- conditional requests -------------------------------------------------------------------------


def test_a_document_with_the_script_has_no_tag_and_no_date() -> None:
    """Those are of the document without the script: nobody may find it unchanged by them."""
    found = ask(App(INDEX, HTML, (b"etag", b'"abc"'), (b"last-modified", b"Thu")))["headers"]
    assert not {b"etag", b"last-modified"} & found.keys()


def test_a_document_is_loaded_anew() -> None:
    """Neither its tag nor its date is asked for; for what is no document they are."""
    conditions = ((b"if-none-match", b'"abc"'), (b"if-modified-since", b"Thu"))
    app = App()
    ask(app, "/", NAVIGATION, *conditions)
    assert app.header(b"if-none-match") is app.header(b"if-modified-since") is None
    ask(app, "/", (b"accept", b"*/*"), *conditions)
    assert app.header(b"if-none-match") == '"abc"'


# --- the script's own file ------------------------------------------------------------------------


@pytest.mark.parametrize("below", ["", "/base", "/a/b"])
def test_the_script_is_served_and_kept_for_ever(below: str) -> None:
    """By GET and HEAD, below any path; another name is not found, and the app is not asked."""
    script, app = boot_script(), App()
    answer = ask(app, f"{below}/_fluxlit/{script.name}")
    assert (answer["status"], answer["body"]) == (200, script.body)
    assert b"immutable" in answer["headers"][b"cache-control"]
    head = ask(app, f"{below}/_fluxlit/{script.name}", method="HEAD")
    assert (head["headers"], head["body"]) == (answer["headers"], b"")
    assert ask(app, f"{below}/_fluxlit/boot-old.js")["status"] == 404
    assert app.scope == {}


def test_the_script_is_small() -> None:
    """It blocks the first paint."""
    assert len(gzip.compress(boot_script().body, 9)) <= 1536
