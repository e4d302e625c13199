"""`fluxlit-session migrate`: copies all sessions of one store into another, unchanged.

Versions and deadlines are kept. The command is safe to repeat: what is alive in the target is left alone. So
stop the app, migrate, and start it with the new store.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from fluxlit_component.cli.output import JsonOption, complain, print_json, print_table, watched
from fluxlit_component.cli.place import StoreOption, file_of, label_of, opened, url_of
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.stores.base import BrowsableStore, Entry


def migrate(
    *,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The store to copy to.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy all sessions into another store, with their versions and lifetimes. Safe to repeat."""
    origin = url_of(store)
    if _is_same(origin, to):
        raise ConfigurationError("source and target are the same store")
    done: Counter[str] = Counter()
    try:
        with opened(origin) as source, opened(to, may_create=True) as target:
            for entry in watched(source.browse(), "Copying"):
                done[_carry(entry, source, target)] += 1
    except StoreUnavailable:
        if done:
            complain(f"{sum(done.values())} sessions were looked at; run the command again to go on")
        raise
    counts = {outcome: done[outcome] for outcome in ("copied", "already_there", "destroyed", "expired")}
    if as_json:
        print_json({"from": label_of(origin), "to": label_of(to), **counts})
    else:
        print_table(["sessions", ">"], [(name.replace("_", " "), count) for name, count in counts.items()])


def _carry(entry: Entry, source: BrowsableStore, target: BrowsableStore) -> str:
    """Copy one session; return the outcome."""
    if entry.standing == "destroyed":  # no late writer may bring it back in the target, either
        target.destroy(entry.name)
        return "destroyed"
    record = source.peek(entry.name) if entry.standing == "alive" else None
    if record is None:
        return "expired"
    return "copied" if target.place(entry.name, record) else "already_there"


def _is_same(one: str, other: str) -> bool:
    return one == other or (file_of(one) is not None and file_of(one) == file_of(other))
