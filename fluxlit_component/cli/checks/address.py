"""The app as a browser reaches it: https, its health, what proxies should add."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from fluxlit_component.cli.checks.finding import Finding

_SECONDS: Final = 5.0
_MOST_BYTES: Final = 200_000
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_WITHOUT: Final = "Without https a session id can be read on its way, and copied tabs are not told apart"
_STRICT: Final = frozenset({"no-referrer", "same-origin", "strict-origin", "origin"})


def check_address(url: str | None) -> Iterator[Finding]:
    """Ask the running app, if its address was given."""
    if url is None:
        text = f"not looked at. {_WITHOUT}"
        yield Finding("hint", "https", text, "fluxlit-session doctor --url https://the.app")
        return
    yield from judge_scheme(url)
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as response:  # noqa: S310 - the operator's own URL
            yield Finding("ok", "app", f"{url} answers with {response.status}")
            yield from judge_headers(dict(response.headers.items()))
            yield from judge_document(response.read(_MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException, urllib.error.URLError) as error:
        yield Finding(
            "problem", "app", f"{url} does not answer ({type(error).__name__}: {error})", f"curl -v {url}"
        )


def judge_document(body: bytes) -> Iterator[Finding]:
    """Judge by the page itself: whether the script stands in it that speaks in the handshake."""
    if b"/_fluxlit/" in body:
        yield Finding("ok", "carrier", "the session comes with the websocket handshake: F5 costs one run")
    else:
        text = "the session comes by a component, so a page load costs one short run more"
        yield Finding("hint", "carrier", text, "fluxlit-session run app.py    # in place of streamlit run")


def judge_scheme(url: str) -> Iterator[Finding]:
    """Judge by the address alone."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        yield Finding("ok", "https", "the app is reached by https")
    elif parts.hostname in _HERE:
        yield Finding("ok", "https", "no https, but on this machine only, where browsers do not need it")
    else:
        text = f"the app is reached by http. {_WITHOUT}"
        yield Finding(
            "problem", "https", text, f"caddy reverse-proxy --from {parts.hostname} --to localhost:8501"
        )


def judge_headers(headers: Mapping[str, str]) -> Iterator[Finding]:
    """Judge what a proxy adds, or does not."""
    policy = (
        {name.lower(): value for name, value in headers.items()}.get("referrer-policy", "").strip().lower()
    )
    if policy in _STRICT:
        yield Finding("ok", "referrer", f"Referrer-Policy is {policy}")
    else:
        text = (
            f"Referrer-Policy is {policy or 'not set'}: an id that comes in a link is in the Referer of "
            "the first requests to the app itself"
        )
        remedy = "add_header Referrer-Policy strict-origin always;    # in nginx's server block"
        yield Finding("hint", "referrer", text, remedy)
