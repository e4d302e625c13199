"""The app as a browser reaches it: https, its health, what proxies should add."""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from fluxlit_component.cli.checks.finding import Finding, hint, ok, problem

_SECONDS: Final = 5.0
_MOST_BYTES: Final = 200_000
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_WITHOUT: Final = "Without https a session id can be read on its way, and copied tabs are not told apart"
_STRICT: Final = frozenset({"no-referrer", "same-origin", "strict-origin", "origin"})


def check_address(url: str | None) -> Iterator[Finding]:
    """Ask the running app, if its address was given."""
    if url is None:
        yield hint("https", f"not looked at. {_WITHOUT}", "fluxlit-session doctor --url https://the.app")
        return
    yield judge_scheme(url)
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as response:  # noqa: S310 - the operator's own URL
            yield ok("app", f"{url} answers with {response.status}")
            yield judge_policy(response.headers.get("Referrer-Policy", ""))
            yield judge_document(response.read(_MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException) as error:
        text = f"{url} does not answer ({type(error).__name__}: {error})"
        yield problem("app", text, f"curl -v {url}")


def judge_scheme(url: str) -> Finding:
    """Judge by the address alone."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return ok("https", "the app is reached by https")
    if parts.hostname in _HERE:
        return ok("https", "no https, but on this machine only, where browsers do not need it")
    remedy = f"caddy reverse-proxy --from {parts.hostname} --to localhost:8501"
    return problem("https", f"the app is reached by http. {_WITHOUT}", remedy)


def judge_policy(policy: str) -> Finding:
    """Judge the header `Referrer-Policy`, which a proxy adds, or does not."""
    policy = policy.strip().lower()
    if policy in _STRICT:
        return ok("referrer", f"Referrer-Policy is {policy}")
    text = (
        f"Referrer-Policy is {policy or 'not set'}: an id that comes in a link is in the Referer of "
        "the first requests to the app itself"
    )
    remedy = "add_header Referrer-Policy strict-origin always;    # in nginx's server block"
    return hint("referrer", text, remedy)


def judge_document(body: bytes) -> Finding:
    """Judge by the page itself: whether the script stands in it that speaks in the handshake."""
    if b"/_fluxlit/" in body:
        return ok("carrier", "the session comes with the websocket handshake: F5 costs one run")
    text = "the session comes by a component, so a page load costs one short run more"
    return hint("carrier", text, "fluxlit-session run app.py    # in place of streamlit run")
