"""A small OpenID Connect provider for tests: people whom a click signs in, on the loopback interface.

It does what Streamlit's `st.login` needs: discovery, the authorization code flow, id tokens signed with
RS256, and signing out (OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0). It asks nobody for
a password, and it does not check who the client is: not for production.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from typing_extensions import Self

CLIENT: Final = "private-notes"
_SECONDS: Final = 600


@dataclass(frozen=True)
class Person:
    """One who can sign in. The subject stays the same for life; name and address may change."""

    subject: str
    name: str
    email: str


PEOPLE: Final = {
    "Ada": Person("subject-ada", "Ada", "ada@example.org"),
    "Ada, renamed": Person("subject-ada", "Ada King", "ada.king@example.org"),
    "Bob": Person("subject-bob", "Bob", "bob@example.org"),
    "A namesake": Person("subject-namesake", "Ada", "ada@example.org"),
}
"""Label of the link that signs somebody in -> who it is."""


class Provider:
    """The provider; serves while it is used as a context manager."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        """Request line and headers of every request."""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, tuple[Person, str | None]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def issuer(self) -> str:
        """Where the provider is, which is also its name."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def metadata_url(self) -> str:
        """Address of the discovery document."""
        return f"{self.issuer}/.well-known/openid-configuration"

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/goodbye",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def jwks(self) -> dict[str, Any]:
        """The public half of the key (RFC 7517)."""
        public = self._key.public_key().public_numbers()
        numbers = {"n": _base64(public.n.to_bytes(256, "big")), "e": _base64(public.e.to_bytes(3, "big"))}
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", **numbers}]}

    def choice(self, asked: dict[str, str]) -> str:
        """The page on which somebody says who he is."""
        links = "".join(
            f'<p><a href="/signed-in?{escape(urlencode({**asked, "who": who}))}">{escape(who)}</a></p>'
            for who in PEOPLE
        )
        return f"<!doctype html><title>Who are you?</title><h1>Who are you?</h1>{links}"

    def redirect(self, asked: dict[str, str]) -> str:
        """Where the browser goes with a fresh code after a choice."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = PEOPLE[asked["who"]], asked.get("nonce")
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def tokens(self, code: str) -> dict[str, Any]:
        """What a code is worth, once."""
        person, nonce = self._codes.pop(code)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": person.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + _SECONDS,
            "name": person.name,
            "email": person.email,
            **({"nonce": nonce} if nonce else {}),
        }
        return {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": _SECONDS,
            "id_token": self._signed(claims),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        """A JSON Web Token (RFC 7519)."""
        header = {"alg": "RS256", "typ": "JWT", "kid": "1"}
        text = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{_base64(self._key.sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


class _Handler(BaseHTTPRequestHandler):
    """One request; a subclass of it knows the provider."""

    provider: Provider

    def do_GET(self) -> None:
        """Discovery, key, the page of choice, and the ways back to the app."""
        self._listen()
        provider, url = self.provider, urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/.well-known/openid-configuration":
            self._answer(provider.metadata())
        elif url.path == "/jwks":
            self._answer(provider.jwks())
        elif url.path == "/authorize":
            self._answer(provider.choice(asked))
        elif url.path == "/signed-in":
            self._send_to(provider.redirect(asked))
        elif url.path == "/goodbye":
            self._send_to(asked["post_logout_redirect_uri"])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """The token endpoint, which the app's server asks."""
        self._listen()
        sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self._answer(self.provider.tokens(sent["code"][0]))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Print nothing: what was asked is in `Provider.heard`."""

    def _listen(self) -> None:
        self.provider.heard.append(f"{self.requestline}\n{self.headers}")

    def _answer(self, what: str | dict[str, Any]) -> None:
        kind, text = ("text/html", what) if isinstance(what, str) else ("application/json", json.dumps(what))
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_to(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
