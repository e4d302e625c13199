"""Session ids: how they are minted, recognised, redacted and turned into storage keys.

An id is 32 random bytes as 43 characters of unpadded base64url (RFC 4648 section 5). Only the server mints
ids: one that a client proposes is adopted only if the store knows it (OWASP Session Management).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

DEFAULT_PARAM: Final = "fluxlit_sid"
TICKET_HEADER: Final = "fluxlit-handshake"
"""Request header with the ticket of a handshake. A client cannot set it, since an incoming one is dropped."""
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_DOMAIN: Final = b"fluxlit_component/session/v1\x00"


def new_session_id() -> str:
    """Mint an id: 256 random bits, 43 characters ``[A-Za-z0-9_-]``."""
    return secrets.token_urlsafe(32)


def is_well_formed(candidate: object) -> bool:
    """Whether `candidate` has the shape of an id. It may still be unknown to the store."""
    return isinstance(candidate, str) and _SHAPE.fullmatch(candidate) is not None


def stored_key(session_id: str) -> str:
    """The name under which a backend keeps a session: SHA-256 over a domain tag and the id, in hex.

    Who reads the backend learns no id. Nor is the digest accepted as an id, because it has 64 characters.
    """
    return hashlib.sha256(_DOMAIN + session_id.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(session_id: str) -> str:
    """The first eight hex characters of the stored key, to follow one session through a log."""
    return stored_key(session_id)[:8]
