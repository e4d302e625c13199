"""Whose a record is: a keyed hash of who was signed in, as one more note in the record.

The key is the session id, so two records of the same person have nothing in common, and who reads the backend
cannot try names: the id is not there.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from fluxlit_component.codec import encode
from fluxlit_component.state.record import RESERVED, Change, Record

OWNER: Final = f"{RESERVED}_owner"
_PURPOSE: Final = b"fluxlit owner\0"


@dataclass(frozen=True)
class Visitor:
    """Who looks on, and whether that matters."""

    person: bytes | None = field(default=None, repr=False)
    """A hash of who is signed in; None: nobody."""
    is_checked: bool = False
    """Whether a session is opened only to whom it belongs."""

    def relation(self, record: Record, sid: str) -> Literal["mine", "nobody's", "another's"]:
        """Whose the record of `sid` is."""
        if not self.is_checked or not is_bound(record):
            return "nobody's"
        held = record.note(OWNER)
        if self.person is None or not isinstance(held, bytes):
            return "another's"
        return "mine" if hmac.compare_digest(held, _tag(sid, self.person)) else "another's"

    def may_open(self, record: Record, sid: str) -> bool:
        """Whether the session of `sid` may be brought to this visitor."""
        return self.relation(record, sid) != "another's"


def is_bound(record: Record) -> bool:
    """Whether a record belongs to somebody."""
    stored = record.fields.get(OWNER)
    return stored is not None and stored.data is not None


def owning(sid: str, person: bytes | None) -> Mapping[str, Change]:
    """What makes the record of `sid` the person's own; nothing if nobody is signed in."""
    return {} if person is None else {OWNER: Change(encode(_tag(sid, person)))}


def _tag(sid: str, person: bytes) -> bytes:
    return hmac.digest(sid.encode(), _PURPOSE + person, "sha256")


ANYBODY: Final = Visitor()
"""Where nobody is asked who he is."""
