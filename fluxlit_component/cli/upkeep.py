"""The commands that change a store: `revoke`, `purge` and `migrate`.

`migrate` keeps versions and deadlines. It is safe to repeat: what is alive in the target is left alone. So
stop the app, migrate, and start it with the new store.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Annotated, Final

import typer

from fluxlit_component.cli.output import JsonOption, complain, print_count, print_figures, short, watched
from fluxlit_component.cli.place import StoreOption, file_of, find_one, label_of, opened, url_of
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.stores.browse import BrowsableStore, Entry

_AT_ONCE: Final = 500  # records per step, which holds the store's write lock for some milliseconds


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


def migrate(
    *,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The store to copy to.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy all sessions into another store, with their versions and lifetimes. Safe to repeat."""
    origin = url_of(store)
    if origin == to or (file_of(origin) is not None and file_of(origin) == file_of(to)):
        raise ConfigurationError("source and target are the same store")
    done = Counter(copied=0, already_there=0, destroyed=0, expired=0)
    try:
        with opened(origin) as source, opened(to, may_create=True) as target:
            for entry in watched(source.browse(), "Copying"):
                done[_carry(entry, source, target)] += 1
    except StoreUnavailable:
        if done.total():
            complain(f"{done.total()} sessions were looked at; run the command again to go on")
        raise
    print_figures({"from": label_of(origin), "to": label_of(to), **done}, as_json=as_json)


def _carry(entry: Entry, source: BrowsableStore, target: BrowsableStore) -> str:
    if entry.standing == "destroyed":  # no late writer may bring it back in the target, either
        target.destroy(entry.name)
        return "destroyed"
    record = source.peek(entry.name) if entry.standing == "alive" else None
    if record is None:
        return "expired"
    return "copied" if target.place(entry.name, record) else "already_there"
