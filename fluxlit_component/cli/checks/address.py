"""The app as a browser reaches it: https, the page, what lies below it, the websocket, clocks of replicas."""

from __future__ import annotations

import http.client
import re
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from fluxlit_component.cli.output import Finding, hint, ok, problem, warning
from fluxlit_component.clock import wall

HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})  # names of this machine for itself
_SECONDS: Final = 5.0
_MOST_BYTES: Final = 200_000
_HEALTH: Final = "_stcore/health"
_STREAM: Final = "_stcore/stream"
_SKEW_SECONDS: Final = 3.0  # the header `Date` counts whole seconds
_BOOT: Final = re.compile(rb'src="([^"]*_fluxlit/[^"]+)"')
_WITHOUT: Final = "Without https a session id can be read on its way, and copied tabs are not told apart"
_FAILURES: Final = (OSError, ValueError, http.client.HTTPException)


def check_address(url: str | None, *, base_path: str = "") -> Iterator[Finding]:
    """Ask the running app, if the address of its first page was given. `base_path`: as it is set here."""
    if url is None:
        yield hint("https", f"not looked at. {_WITHOUT}", "fluxlit-session doctor --url https://the.app")
        return
    yield judge_scheme(url)
    base = url.partition("?")[0].rstrip("/") + "/"
    try:
        _, page = _get(url)
    except _FAILURES as error:
        yield _silent("app", url, error)
        return
    yield ok("app", f"{url} answers")
    yield _check_base(base, base_path)
    yield _check_carrier(base, page)
    yield _check_websocket(base)


def check_replicas_clocks(urls: Sequence[str]) -> Iterator[Finding]:
    """Ask each replica at an address of its own, where no proxy answers with its own clock."""
    skews: dict[str, float] = {}
    for url in urls:
        try:
            headers, _ = _get(f"{url.rstrip('/')}/{_HEALTH}")
            skews[url] = parsedate_to_datetime(headers["Date"]).timestamp() - wall()
        except (*_FAILURES, TypeError) as error:
            yield _silent("replicas", url, error)
    if len(skews) > 1:
        yield judge_clocks(skews)


def judge_clocks(skews: dict[str, float]) -> Finding:
    """Judge how far the clocks of replicas are apart; each is given against this machine's, in seconds."""
    slow, *_, fast = sorted(skews, key=skews.__getitem__)
    apart = skews[fast] - skews[slow]
    if apart <= _SKEW_SECONDS:
        return ok("clock", f"the clocks of {len(skews)} replicas agree to a second or so")
    text = f"the clock of {fast} is {apart:.0f} s ahead of that of {slow}: their logs do not fit together"
    return warning("clock", text, "timedatectl set-ntp true    # on all of them")


def judge_scheme(url: str) -> Finding:
    """Judge by the address alone."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return ok("https", "the app is reached by https")
    if parts.hostname in HERE:
        return ok("https", "no https, but on this machine only, where browsers do not need it")
    remedy = f"caddy reverse-proxy --from {parts.hostname} --to localhost:8501"
    return problem("https", f"the app is reached by http. {_WITHOUT}", remedy)


def _get(url: str) -> tuple[Message, bytes]:
    """Headers and body; one of `_FAILURES` is raised for no answer, or for an answer with an error."""
    with urllib.request.urlopen(url, timeout=_SECONDS) as response:  # noqa: S310 - the operator's own URL
        return response.headers, response.read(_MOST_BYTES)


def _body(url: str) -> bytes:
    with suppress(*_FAILURES):
        return _get(url)[1]
    return b""


def _silent(subject: str, url: str, error: Exception) -> Finding:
    return problem(subject, f"{url} does not answer ({type(error).__name__}: {error})", f"curl -v {url}")


def _check_base(base: str, base_path: str) -> Finding:
    """Whether Streamlit's other addresses, such as its health check, are found below the page."""
    path, here = urlsplit(base).path, base_path.strip("/") or "not set"
    if _body(urljoin(base, _HEALTH)) == b"ok":
        return ok("base path", f"the app is healthy below {path}")
    text = f"the page is at {path} and the app is not healthy there; server.baseUrlPath is {here} here"
    remedy = f"export STREAMLIT_SERVER_BASE_URL_PATH={path.strip('/')}    # or cut the path off in the proxy"
    return problem("base path", text, remedy)


def _check_carrier(base: str, page: bytes) -> Finding:
    """Whether the page names the script that puts the id into the handshake, and whether it loads."""
    if (found := _BOOT.search(page)) is None:
        text = "the session comes by a component, so a page load costs one short run more"
        return hint("carrier", text, "fluxlit-session run app.py    # in place of streamlit run")
    script = urljoin(base, found[1].decode("latin-1"))
    if b"WebSocket" not in _body(script):
        text = "the page names a script that is not there, so a page load costs one short run more"
        return warning("carrier", text, f"curl -v {script}")
    return ok("carrier", "the session comes with the websocket handshake: F5 costs one run")


def _check_websocket(base: str) -> Finding:
    parts = urlsplit(base)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": f"{parts.scheme}://{parts.netloc}",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "Zmx1eGxpdC1zZXNzaW9uIQ==",
        "Sec-WebSocket-Protocol": "streamlit, PLACEHOLDER_AUTH_TOKEN",  # as Streamlit's page proposes them
    }
    text = "it does not open"
    remedy = "proxy_set_header Upgrade $http_upgrade;    # see docs/deploy/nginx.conf"
    with closing(make(parts.netloc, timeout=_SECONDS)) as connection, suppress(*_FAILURES):
        connection.request("GET", f"{parts.path}{_STREAM}", headers=headers)
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            text = f"it is refused with {answer.status}"
        elif answer.getheader("Sec-WebSocket-Protocol") == "streamlit":
            return ok("websocket", "it opens")
        else:
            text = "it opens, but Sec-WebSocket-Protocol does not pass: the session cannot come with it"
            remedy = "proxy_set_header Sec-WebSocket-Protocol $http_sec_websocket_protocol;"
    return problem("websocket", text, remedy)
