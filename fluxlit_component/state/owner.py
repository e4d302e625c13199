"""Who owns a record: a keyed hash of the signed-in person, stored as a note in the record.

The key of the hash is the session id, so two records of the same person have different hashes. A reader of
the backend cannot test names against a hash, because the session id is not stored there.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from fluxlit_component.codec import encode
from fluxlit_component.state.record import RESERVED, Change, Record

OWNER: Final = f"{RESERVED}_owner"
_PURPOSE: Final = b"fluxlit owner\0"


@dataclass(frozen=True, repr=False)
class Visitor:
    """The person at the browser, and whether sessions are bound to persons."""

    person: bytes | None = None  # a hash of the signed-in person; None: nobody is signed in
    is_checked: bool = False  # whether a session is opened only for its owner

    def relation(self, record: Record, sid: str) -> Literal["mine", "nobody's", "another's"]:
        """Who owns the record of `sid`, as seen by this visitor."""
        if not self.is_checked or not is_bound(record):
            return "nobody's"
        held = record.note(OWNER)
        if self.person is None or not isinstance(held, bytes):
            return "another's"
        return "mine" if hmac.compare_digest(held, _tag(sid, self.person)) else "another's"

    def may_open(self, record: Record, sid: str) -> bool:
        """Whether the session of `sid` may be opened for this visitor."""
        return self.relation(record, sid) != "another's"


def is_bound(record: Record) -> bool:
    """Whether a record has an owner."""
    return record.data(OWNER) is not None


def owning(sid: str, person: bytes | None) -> Mapping[str, Change]:
    """The change that makes the person the owner of the record of `sid`; empty if nobody is signed in."""
    return {} if person is None else {OWNER: Change(encode(_tag(sid, person)))}


def _tag(sid: str, person: bytes) -> bytes:
    return hmac.digest(sid.encode(), _PURPOSE + person, "sha256")


ANYBODY: Final = Visitor()  # the visitor where owners are not checked
