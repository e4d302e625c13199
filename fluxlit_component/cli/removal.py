"""`fluxlit-session revoke`: destroys sessions, for good; and `purge`: drops what has ended, as apps do."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

import typer

from fluxlit_component.cli.entries import find_one, short
from fluxlit_component.cli.output import JsonOption, print_count, watched
from fluxlit_component.cli.place import StoreOption, label_of, opened, url_of
from fluxlit_component.errors import ConfigurationError

_AT_ONCE: Final = 500
"""Records per step. A step holds the store's write lock, for some milliseconds: visitors wait no longer."""


def revoke(
    session: Annotated[
        str | None, typer.Argument(metavar="[HASH]", help="The first characters of its hash.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All sessions of the store.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Destroy a session, or all: no late writer can bring it back, the visitor begins anew."""
    if every == (session is not None):
        raise ConfigurationError("name one session by its hash, or all by --all")
    with opened(url_of(store)) as found:
        if session is None:
            entries = watched(found.browse(), "Looking through")
            names = [entry.name for entry in entries if entry.standing == "alive"]
            label = label_of(url_of(store))
            question = f"Destroy all {len(names)} sessions in {label}? Every visitor begins anew."
        else:
            entry = find_one(found, session)
            names = [entry.name]
            question = f"Destroy session {short(entry)} with {entry.keys} keys?"
        if names and not yes:
            typer.confirm(question, abort=True, err=True)
        count = sum(map(found.destroy, watched(names, "Destroying")))
    print_count(count, "session", "destroyed", as_json=as_json)


def purge(*, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Drop expired sessions and outlived markers of destroyed ones. Redis does that by itself."""
    with opened(url_of(store)) as found:
        count = sum(watched(iter(partial(found.purge, limit=_AT_ONCE), 0), "Dropping"))
    print_count(count, "ended session", "dropped", as_json=as_json)
