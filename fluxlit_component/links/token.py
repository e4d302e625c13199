"""Tokens of links: where the store keeps the record of a link, and how a session id is hidden in it.

A token looks like a session id, 256 random bits, and is never stored. It is hashed here and not only by the
store: an app's own store gets its names as they are. An id that another leads to is hidden in the same way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from fluxlit_component.codec import encode
from fluxlit_component.state.record import RESERVED, Change, Lifetimes, Record
from fluxlit_component.stores.base import RecordStore

_RAW_BYTES: Final = 32  # length of a masked id
_MOVED: Final = f"{RESERVED}_moved"


def place_of(token: str) -> str:
    """The name under which a store keeps a link. It does not look like an id, so nobody takes it for one."""
    return "link:" + hashlib.sha256(b"fluxlit_component/link/v1\x00" + token.encode()).hexdigest()


def name_of(token: str) -> str:
    """Eight characters that tell a session's links apart. They cannot open anything."""
    return hashlib.sha256(b"fluxlit_component/link-name/v1\x00" + token.encode()).hexdigest()[:8]


def mask(secret: str, sid: str) -> bytes:
    """The bytes of the id, XORed with a pad. The pad is made of `secret` and used for nothing else."""
    return _xor(secret, base64.urlsafe_b64decode(sid + "="))


def unmask(secret: str, masked: bytes) -> str:
    """The id that was masked with `secret`. With another secret the result is an id that nobody has."""
    return base64.urlsafe_b64encode(_xor(secret, masked)).rstrip(b"=").decode()


def lead_on(store: RecordStore, sid: str, target: str, lifetimes: Lifetimes) -> None:
    """Make `sid` lead to `target`. A browser took `sid` while its link was followed; the page is at `target`.

    Else a reload in that moment, or a restart, would leave the browser with `sid` and a used link.
    """
    store.commit(sid, lifetimes.commit({_MOVED: Change(encode(mask(sid, target)))}, create=True))


def target_of(sid: str, record: Record) -> str | None:
    """The id to which `lead_on` made `sid` lead; None for an ordinary session."""
    raw = record.note(_MOVED)
    return unmask(sid, raw) if isinstance(raw, bytes) and len(raw) == _RAW_BYTES else None


def _xor(secret: str, data: bytes) -> bytes:
    pad = hmac.digest(secret.encode(), b"fluxlit_component/link/pad/v1", "sha256")
    return bytes(a ^ b for a, b in zip(data, pad, strict=True))
