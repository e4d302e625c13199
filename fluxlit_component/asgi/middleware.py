"""The middleware: with it the first script run of a page load knows its session.

Pure ASGI, for `st.App` and around any ASGI server. The middleware puts the boot script into each document,
and takes the words of that script out of each websocket handshake.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from fluxlit_component.asgi import document
from fluxlit_component.asgi.handshake import held, is_ours, understand
from fluxlit_component.identifier import TICKET_HEADER
from fluxlit_component.redaction import redact_logs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

REFERRER_POLICY: Final = "strict-origin-when-cross-origin"
_SEEN: Final = "fluxlit_component"  # key in a scope that another `SessionMiddleware` has already handled
_OUR_FOLDER: Final = "/_fluxlit/"
_HEADER: Final = TICKET_HEADER.encode()
_PROTOCOLS: Final = b"sec-websocket-protocol"
_LOADS: Final = frozenset({"GET", "HEAD"})


class SessionMiddleware:
    """F5 in one script run: the session comes with the websocket handshake. Access logs show no id.

    Args:
        app: the ASGI application that the middleware wraps.
        referrer_policy: header `Referrer-Policy` of documents that have none; None: none.
    """

    def __init__(self, app: App, *, referrer_policy: str | None = REFERRER_POLICY) -> None:
        self._app = app
        self._referrer_policy = referrer_policy
        redact_logs()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in {"http", "websocket"} or _SEEN in scope:
            await self._app(scope, receive, send)
            return
        # Drop this header from the client's request: only the middleware may set it.
        scope = {**scope, "headers": document.without(list(scope["headers"]), _HEADER), _SEEN: True}
        if scope["type"] == "websocket":
            await self._open(scope, receive, send)
        elif _OUR_FOLDER in scope["path"]:
            await _serve(scope, send)
        elif scope["method"] not in _LOADS or not document.is_page(scope):
            await self._app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._look(scope, receive, send)
        else:
            await self._load(scope, receive, send)

    async def _open(self, scope: Message, receive: Receive, send: Send) -> None:
        proposed = list(scope.get("subprotocols") or ())
        words = [word for word in proposed if is_ours(word)]
        if not words:
            await self._app(scope, receive, send)
            return
        others = [word for word in proposed if not is_ours(word)]
        headers = document.without(scope["headers"], _PROTOCOLS)
        if others and len(headers) < len(scope["headers"]):  # else the client's handshake had no such header
            headers.append((_PROTOCOLS, ", ".join(others).encode("latin-1")))
        with held(understand(words)) as ticket:
            headers.append((_HEADER, ticket.encode()))
            await self._app({**scope, "subprotocols": others, "headers": headers}, receive, send)

    async def _load(self, scope: Message, receive: Receive, send: Send) -> document.DocumentResponse:
        headers = scope["headers"]
        response = document.DocumentResponse(document.boot_script(), self._referrer_policy)
        if b"text/html" in document.value_of(headers, b"accept"):
            # The browser may have a document without the script, which must not be found unchanged.
            headers = document.without(headers, b"if-none-match", b"if-modified-since")

        async def pass_on(message: Message) -> None:
            for ready in response.take(dict(message)):
                await send(ready)

        # No pathsend: the body must pass here.
        kept = {k: v for k, v in (scope.get("extensions") or {}).items() if k != "http.response.pathsend"}
        await self._app({**scope, "headers": headers, "extensions": kept}, receive, pass_on)
        return response

    async def _look(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a HEAD as the app does. For Streamlit's document ask by GET: its body tells its length."""
        own, whole = _Answer(), _Answer()
        empty = iter([{"type": "http.request"}])  # the body of the request, which the app may have read

        async def again() -> Message:
            return next(empty, None) or await receive()

        looked = await self._load(scope, receive, own.take)
        if looked.start and (await self._load({**scope, "method": "GET"}, again, whole.take)).has_script:
            own[:] = [whole[0], {"type": "http.response.body"}]
        for message in own:
            await send(message)


class _Answer(list[Message]):
    async def take(self, message: Message) -> None:
        self.append(message)


async def _serve(scope: Message, send: Send) -> None:
    """Serve the boot script. Browsers may keep it for ever, since another build has another name."""
    script = document.boot_script()
    found = scope["method"] in _LOADS and scope["path"].endswith(_OUR_FOLDER + script.name)
    body = script.body if found else b""
    headers = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"public, max-age=31536000, immutable" if found else b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
