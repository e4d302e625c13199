"""Session ids: how they are minted, recognised, redacted and turned into storage keys.

An id is 32 random bytes as 43 characters of unpadded base64url (RFC 4648 section 5). Only the
server mints one (OWASP Session Management: an id proposed by a client is never adopted unless
the store already knows it).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

DEFAULT_PARAM: Final = "fluxlit_sid"
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_DOMAIN: Final = b"fluxlit_component/session/v1\x00"


def new_session_id() -> str:
    """Mint an id: 256 random bits, 43 characters ``[A-Za-z0-9_-]``.

    Examples:
        ```python
        from fluxlit_component import new_session_id

        assert len(new_session_id()) == 43
        ```
    """
    return secrets.token_urlsafe(32)


def is_well_formed(candidate: object) -> bool:
    """Whether `candidate` has the shape of an id. Says nothing about whether it exists."""
    return isinstance(candidate, str) and _SHAPE.fullmatch(candidate) is not None


def stored_key(session_id: str) -> str:
    """The name under which a backend keeps a session: SHA-256 over a domain tag and the id, in hex.

    Who reads the backend learns no id from it, and the digest itself is not accepted as an id:
    it has 64 characters, and hashing it again leads elsewhere.
    """
    return hashlib.sha256(_DOMAIN + session_id.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(session_id: str) -> str:
    """Eight hex characters of the stored key: enough to follow one session through a log."""
    return stored_key(session_id)[:8]
