"""Offer and answer: the two messages between server and browser.

Described once by the examples in `frontend/protocol/examples.json`, which the tests of both
languages read. A change of meaning is a new protocol number; new fields are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fluxlit_component.identifier import is_well_formed

PROTOCOL: Final = 1


@dataclass(frozen=True, slots=True)
class Offer:
    """What the server tells the bridge. `repr` is redacted."""

    param: str
    sid: str
    held: bool = False
    """True: this is the session's id. False: take it unless the tab has one of its own."""
    confirm: bool = False
    """Answer even if nothing is new: an old id waits for it to die."""
    refused: tuple[str, ...] = ()
    address_bar: str = "clean"
    scope: str = "tab"
    notice: str | None = None
    """One short line for the visitor, shown as a small badge while it is sent; None: nothing."""

    patient: bool = False
    """Answer only when the present run has ended: it must not be cut short before `st.navigation`."""
    unique: bool = False
    """Two living pages must not share the id: the second one is to say that it is a copy."""

    def as_json(self) -> dict[str, Any]:
        """The message as it is sent."""
        return {
            "protocol": PROTOCOL,
            "param": self.param,
            "sid": self.sid,
            "held": self.held,
            "confirm": self.confirm,
            "refused": list(self.refused),
            "addressBar": self.address_bar,
            "scope": self.scope,
            "notice": self.notice,
            "patient": self.patient,
            "unique": self.unique,
        }

    def __repr__(self) -> str:
        return (
            f"Offer(param={self.param!r}, sid=<redacted>, held={self.held}, address_bar={self.address_bar!r})"
        )


def is_from_link(message: object) -> bool:
    """Whether an answer's id came with a link: the tab may have one of its own beside it."""
    return isinstance(message, Mapping) and message.get("source") in {"query", "fragment"}


def is_from_copy(message: object) -> bool:
    """Whether the answering page is a copied tab: another living page has the same id."""
    return isinstance(message, Mapping) and message.get("copy") is True


def parse_answer(message: object) -> str | None:
    """The id in an answer; None unless it is a message of this protocol with exactly one well-formed id."""
    if not isinstance(message, Mapping) or message.get("protocol") != PROTOCOL:
        return None
    sid = message.get("sid")
    return sid if isinstance(sid, str) and is_well_formed(sid) else None
