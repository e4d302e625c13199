"""The boot script, and how it is put into the head of the app's document. All else passes unchanged.

ASGI headers are pairs of bytes. A name may be in any case, and may occur more than once.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final, NamedTuple, TypeAlias

from fluxlit_component.errors import BundleMissing

Headers: TypeAlias = list[tuple[bytes, bytes]]
_FILE: Final = re.compile(r"/(?:static|media|component|_stcore)/.*\.[^/]*$")
_HEAD: Final = re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE)
_STREAMLITS_SCRIPT: Final = re.compile(rb'(?s)prerenderReady.*?<script\b[^>]*\bsrc="([^"]*?)static/js/')


class BootScript(NamedTuple):
    """The file that the middleware serves. Its name changes with its content."""

    name: str
    body: bytes


@cache
def boot_script() -> BootScript:
    """The script that the package carries; `BundleMissing`, which says `make build`, in a bare checkout."""
    folder = files("fluxlit_component.bridge") / "static" / "boot"
    found = [file for file in folder.iterdir() if file.name.endswith(".js")] if folder.is_dir() else []
    if not found:
        raise BundleMissing("boot")
    return BootScript(found[0].name, found[0].read_bytes())


def value_of(headers: Headers, name: bytes) -> bytes:
    """The first value of a header; empty if there is none."""
    return next((value for known, value in headers if known.lower() == name), b"")


def without(headers: Headers, *names: bytes) -> Headers:
    """The headers with other names."""
    return [(known, value) for known, value in headers if known.lower() not in names]


def is_page(scope: Mapping[str, Any]) -> bool:
    """Whether the path may be a page's: it is no file in a folder of Streamlit's. The answer tells more."""
    return not _FILE.search(scope["path"].removeprefix(scope.get("root_path", "")))


@dataclass
class DocumentResponse:
    """Turns the messages of a response into those to send. Only Streamlit's document gets the script."""

    script: BootScript
    referrer_policy: str | None
    start: dict[str, Any] | None = None  # how the response begins, if it is a document
    has_script: bool = False
    _body: bytes = b""

    def take(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the messages that can be sent now. A document is sent only when all of it is there."""
        if message["type"] == "http.response.start":
            return self._begin(message)
        if message["type"] != "http.response.body" or self.start is None:
            return [message]
        self._body += message.get("body", b"")
        return [] if message.get("more_body", False) else self._end(self.start, self._body)

    def _begin(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        headers = list(message.get("headers", ()))
        is_document = value_of(headers, b"content-type").startswith(b"text/html")
        if is_document and self.referrer_policy and not value_of(headers, b"referrer-policy"):
            headers.append((b"referrer-policy", self.referrer_policy.encode()))
        message = {**message, "headers": headers}
        if is_document and message["status"] == HTTPStatus.OK:
            self.start = message
            return []
        return [message]

    def _end(self, start: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
        headers: Headers = start["headers"]
        whole = _with_script(body, self.script, value_of(headers, b"content-encoding").lower())
        self.has_script = whole is not None
        if whole is not None:
            # Tag and date belong to the document without the script.
            headers = without(headers, b"content-length", b"etag", b"last-modified")
            headers.append((b"content-length", str(len(whole)).encode()))
        sent = {"type": "http.response.body", "body": body if whole is None else whole}
        return [{**start, "headers": headers}, sent]


def _with_script(body: bytes, script: BootScript, encoding: bytes) -> bytes | None:
    """Streamlit's document with the script first in its head. None: this is another document."""
    if encoding not in {b"", b"identity", b"gzip"}:
        return None
    try:
        html = gzip.decompress(body) if encoding == b"gzip" else body
    except (OSError, EOFError, zlib.error):
        return None
    head, streamlits = _HEAD.search(html), _STREAMLITS_SCRIPT.search(html)
    if head is None or streamlits is None:
        return None
    # The path of Streamlit's own script also fits below a base path, or behind a proxy that removes one.
    tag = b'<script src="%s_fluxlit/%s"></script>' % (streamlits[1], script.name.encode())
    html = html[: head.end()] + tag + html[head.end() :]
    return gzip.compress(html, mtime=0) if encoding == b"gzip" else html
