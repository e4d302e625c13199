"""One session of a listing: its shown name, its lifetimes, and how it is found again.

Eight characters of its stored hash are shown, as in the logs. They are enough to tell sessions apart, and too
few to compute anything from. An operator who reads the backend itself may give more of them.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

import typer

from fluxlit_component.cli.output import complain
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.stores.base import BrowsableStore, Entry

SHOWN: Final = 8
_NAMED: Final = 5


def short(entry: Entry) -> str:
    """The part of a session's name that is shown."""
    return entry.name[:SHOWN]


def spans(entry: Entry) -> tuple[float, float | None, float | None]:
    """Seconds since the session was begun, until it ends if nobody uses it, and until it ends in any case.

    By the store's own clock. None: the session has no such lifetime.
    """
    ends = (entry.idle_expires, entry.expires)
    idle_left, left = (None if end is None else round(end - entry.now, 3) for end in ends)
    return round(max(0.0, entry.now - entry.created), 3), idle_left, left


def document(entry: Entry) -> dict[str, Any]:
    """The entry as JSON has it."""
    age, idle_left, left = spans(entry)
    return {
        "session": short(entry),
        "version": entry.version,
        "schema": entry.schema,
        "bytes": entry.size,
        "age_seconds": age,
        "idle_left_seconds": idle_left,
        "left_seconds": left,
    }


def find_one(store: BrowsableStore, prefix: str) -> Entry:
    """The only living session whose hash begins with `prefix`; else the command ends with exit code 1."""
    wanted = prefix.strip().lower()
    if not wanted:
        raise ConfigurationError("name a session by the first characters of its hash")
    alive = (entry for entry in store.browse(wanted) if entry.standing == "alive")
    match list(islice(alive, _NAMED + 1)):
        case [entry]:
            return entry
        case []:
            complain(f"no living session begins with {wanted[:SHOWN]}")
        case several:
            names = ", ".join([*map(short, several[:_NAMED]), *("..." for _ in several[_NAMED:])])
            complain(f"several sessions begin with {wanted[:SHOWN]} ({names}): give more characters")
    raise typer.Exit(1)
