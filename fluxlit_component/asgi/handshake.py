"""What a page tells about its sessions when it opens its websocket, and where the run finds this.

The boot script proposes subprotocols. The middleware takes them out of the handshake and keeps their content
here, under a ticket. It passes the ticket on as a request header, so an app that prints headers prints no id.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import unquote

from fluxlit_component.identifier import DEFAULT_PARAM, is_well_formed

WORDS: Final = ("fluxlit.", "fluxlit-browser.", "fluxlit-link.")
_PLACES: Final = 6  # more than a page has ids: the store is asked for each, so a forger's list is cut


class Handshake:
    """All that one page told in its handshake. `repr` shows no id and no token."""

    link: str | None = None  # token of the link that the page was opened with; "" if it is not well formed
    is_sure: bool = True  # whether the page can have no other ids than those named here

    def __init__(self) -> None:
        self.ids: dict[str, list[str]] = {}  # query parameter -> ids that the tab has for it, the best first
        self.shared: dict[str, str] = {}  # query parameter -> the id that the browser keeps for all its tabs

    def candidates(self, param: str, *, shared: bool) -> list[str]:
        """Ids to try for a parameter, the best first."""
        own = self.ids.get(param, [])[:_PLACES]
        return [*own, self.shared[param]] if shared and param in self.shared else own


def is_ours(word: str) -> bool:
    """Whether a proposed subprotocol is a word of the boot script."""
    return word.startswith(WORDS)


def understand(words: Iterable[str]) -> Handshake:
    """Read the words of a boot script. Ids that are not well formed are ignored."""
    said = Handshake()
    for word in words:
        kind, _, rest = word.partition(".")
        value, _, param = rest.partition(".")
        param = unquote(param) or DEFAULT_PARAM
        if value == "ask":
            said.is_sure = False
        elif kind == "fluxlit-link":
            said.link = value if is_well_formed(value) else ""
        elif is_well_formed(value) and kind == "fluxlit":
            said.ids.setdefault(param, []).append(value)
        elif is_well_formed(value) and kind == "fluxlit-browser":
            said.shared[param] = value
    return said


_held: dict[str, Handshake] = {}


@contextmanager
def held(handshake: Handshake) -> Iterator[str]:
    """Keep a handshake during the block, while its websocket is open. Yields the ticket."""
    ticket = secrets.token_urlsafe(16)
    _held[ticket] = handshake
    try:
        yield ticket
    finally:
        del _held[ticket]


def handshake_of(ticket: str | None) -> Handshake | None:
    """The handshake of a ticket, if it came through the middleware of this process."""
    return _held.get(ticket) if ticket is not None else None
