"""Offer and answer: the two messages between server and browser.

Described once by the examples in `frontend/protocol/examples.json`, which the tests of both
languages read. A change of meaning is a new protocol number; new fields are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from fluxlit_component.identifier import is_well_formed

PROTOCOL: Final = 1

Afresh: TypeAlias = Literal["no", "forget", "reload"]
"""What the page does with data of another person or of a discarded session. "no": nothing. "forget": forget
the scroll position and the drafts. "reload": the same, and reload the page."""
Storing: TypeAlias = Literal["yes", "no", "erase"]
"""Whether the id may be kept in the browser. "no": only in the page, without consent. "erase": no longer."""


@dataclass(frozen=True)
class Offer:
    """What the server tells the bridge. `repr` shows no id."""

    param: str
    sid: str = field(repr=False)
    held: bool = False  # whether `sid` is the session's id; if not, a tab without an id takes it
    confirm: bool = False  # answer even if nothing is new: only then the server ends an old id
    refused: tuple[str, ...] = field(default=(), repr=False)
    address_bar: str = "clean"
    scope: str = "tab"
    notice: str | None = None  # a short line for the visitor, shown as a small badge while it is sent
    patient: bool = False  # answer only when this run has ended, which must not be cut before `st.navigation`
    unique: bool = False  # two open pages must not share the id: the second page is to say that it is a copy
    storing: Storing = "yes"
    scroll: bool = False  # keep the scroll position over F5
    afresh: Afresh = "no"
    drafts: tuple[str, ...] = ()  # glob patterns of the keys of fields whose text is kept until it is sent
    owner: str = field(default="", repr=False)  # whose drafts these are, to compare; "": nobody is signed in
    stored: bool = False  # the session has a record, so that a page load without it finds another session
    guard: bool = False  # ask before the page is left while something is unsent
    run: int | None = None  # the number of the run, for a page that is to hear of each; None: not sent

    def as_json(self) -> dict[str, Any]:
        """The message as it is sent."""
        given = {name: [*it] if isinstance(it, tuple) else it for name, it in vars(self).items()}
        if self.run is None:
            del given["run"]
        return {"protocol": PROTOCOL, "addressBar": given.pop("address_bar"), **given}


@dataclass
class Answer:
    """What the bridge told the server. `repr` shows neither the id nor a token."""

    sid: str = field(repr=False)
    is_from_link: bool = False  # the id came with a link; the tab may also have an id of its own
    is_copy: bool = False  # the answering page is a copied tab: another open page has the same id
    link: str | None = field(default=None, repr=False)
    """Token of a link that was opened; "" if the link holds no well-formed token."""


def parse_answer(message: object) -> Answer | None:
    """The answer in a message; None unless it is of this protocol and has exactly one well-formed id."""
    if message is None or not isinstance(message, Mapping) or message.get("protocol") != PROTOCOL:
        return None
    sid, link = message.get("sid"), message.get("link")
    if not isinstance(sid, str) or not is_well_formed(sid):
        return None
    return Answer(
        sid,
        is_from_link=message.get("source") in ("query", "fragment"),
        is_copy=message.get("copy") is True,
        link=link if link is None or (isinstance(link, str) and is_well_formed(link)) else "",
    )
