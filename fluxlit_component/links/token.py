"""Tokens of links: where the store keeps what one leads to, and how it hides a session id in there.

A token looks like a session id, 256 random bits, and is never at rest itself. It is hashed here and not only
by the store, because a store of the app's own is handed its names as they are. An id hides another one in the
same way, where it leads on to it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from fluxlit_component.codec import encode
from fluxlit_component.state.record import RESERVED, Change, Lifetimes, Record
from fluxlit_component.stores.base import RecordStore

_RAW_BYTES: Final = 32
"""Length of a masked id."""
_MOVED: Final = f"{RESERVED}_moved"


def place_of(token: str) -> str:
    """The name under which a store keeps a link. Not shaped like an id, so never taken for one."""
    return "link:" + hashlib.sha256(b"fluxlit_component/link/v1\x00" + token.encode()).hexdigest()


def name_of(token: str) -> str:
    """Eight characters to tell a session's links apart; nothing can be opened with them."""
    return hashlib.sha256(b"fluxlit_component/link-name/v1\x00" + token.encode()).hexdigest()[:8]


def mask(secret: str, sid: str) -> bytes:
    """The id's bytes, XORed with a pad that is made of `secret` and used for nothing else."""
    return _xor(secret, base64.urlsafe_b64decode(sid + "="))


def unmask(secret: str, masked: bytes) -> str:
    """The id that was masked with the same secret; with another one, an id that nobody has."""
    return base64.urlsafe_b64encode(_xor(secret, masked)).rstrip(b"=").decode()


def lead_on(store: RecordStore, sid: str, target: str, lifetimes: Lifetimes) -> None:
    """Have an id that a browser took while its link was followed lead to `target`, as the page does.

    Otherwise a reload in that moment, or a browser whose server was restarted, would come with the id and a
    link that is used up.
    """
    moved = Change(encode(mask(sid, target)))
    store.commit(sid, lifetimes.commit({_MOVED: moved}, create=True))


def target_of(sid: str, record: Record) -> str | None:
    """Where `lead_on` has an id lead; None for a session like any other."""
    raw = record.note(_MOVED)
    return unmask(sid, raw) if isinstance(raw, bytes) and len(raw) == _RAW_BYTES else None


def _xor(secret: str, data: bytes) -> bytes:
    pad = hmac.digest(secret.encode(), b"fluxlit_component/link/pad/v1", "sha256")
    return bytes(a ^ b for a, b in zip(data, pad, strict=True))
