"""`fluxlit-session purge`: drops what has ended. Apps do so too, a little at a time."""

from __future__ import annotations

from functools import partial
from typing import Final

import typer

from fluxlit_component.cli.output import JsonOption, print_json, watched
from fluxlit_component.cli.place import StoreOption, opened, url_of
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.stores.base import VersionedStore

_AT_ONCE: Final = 500
"""So many hold the store's write lock for some milliseconds: visitors wait no longer than that."""


def purge(*, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Drop expired sessions and outlived markers of destroyed ones. Redis does that by itself."""
    with opened(url_of(store)) as found:
        if not isinstance(found, VersionedStore):
            raise ConfigurationError(
                f"{type(found).__name__} has no purge: it drops expired sessions by itself, or never"
            )
        count = sum(watched(iter(partial(found.purge, limit=_AT_ONCE), 0), "Dropping"))
    if as_json:
        print_json({"dropped": count})
    else:
        typer.echo(f"{count} ended session{'' if count == 1 else 's'} dropped")
