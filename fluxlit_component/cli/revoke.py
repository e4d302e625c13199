"""`fluxlit-session revoke`: destroys sessions, for good."""

from __future__ import annotations

from typing import Annotated

import typer

from fluxlit_component.cli.entries import find_one, short
from fluxlit_component.cli.output import JsonOption, print_json, watched
from fluxlit_component.cli.place import StoreOption, browsing, label_of, url_of
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.stores.base import BrowsableStore


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
    with browsing(store) as found:
        if session is None:
            count = _revoke_all(found, label_of(url_of(store)), yes=yes)
        else:
            entry = find_one(found, session)
            _ = yes or typer.confirm(
                f"Destroy session {short(entry)} with {entry.keys} keys?", abort=True, err=True
            )
            count = int(found.destroy(entry.name))
    if as_json:
        print_json({"destroyed": count})
    else:
        typer.echo(f"{count} session{'' if count == 1 else 's'} destroyed")


def _revoke_all(found: BrowsableStore, label: str, *, yes: bool) -> int:
    entries = watched(found.browse(), "Looking through", found.estimate())
    names = [entry.name for entry in entries if entry.standing == "alive"]
    if not names:
        return 0
    question = f"Destroy all {len(names)} sessions in {label}? Every visitor begins anew."
    _ = yes or typer.confirm(question, abort=True, err=True)
    return sum(map(found.destroy, watched(names, "Destroying", len(names))))
