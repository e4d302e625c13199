"""Sessions by the beginning of their stored hash: how they are shown, and how one is found again.

Eight characters are shown, as in the logs: enough to tell sessions apart, too few to compute anything from.
More may be given, by who reads the backend itself.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

import typer

from fluxlit_component.cli.output import complain
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.stores.base import BrowsableStore
from fluxlit_component.stores.inventory import Entry

SHOWN: Final = 8
_NAMED: Final = 5


def short(entry: Entry) -> str:
    """What is shown of a session's name."""
    return entry.name[:SHOWN]


def find_one(store: BrowsableStore, prefix: str) -> Entry:
    """The one living session whose hash begins so; none, or several, end the command with exit code 1."""
    wanted = prefix.strip().lower()
    if not wanted:
        raise ConfigurationError("name a session by the first characters of its hash")
    found = list(islice((entry for entry in store.browse(wanted) if entry.standing == "alive"), _NAMED + 1))
    if len(found) == 1:
        return found[0]
    if not found:
        complain(f"no living session begins with {wanted[:SHOWN]}")
    else:
        names = ", ".join(short(entry) for entry in found[:_NAMED])
        more = ", ..." if len(found) > _NAMED else ""
        complain(f"several sessions begin with {wanted[:SHOWN]} ({names}{more}): give more characters")
    raise typer.Exit(1)
