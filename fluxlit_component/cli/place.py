"""Which store a command means, and which session in it.

A command creates no database file, except for `migrate`, and may wait longer than a visitor should.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from fluxlit_component import internals
from fluxlit_component.cli.output import SHOWN, complain, short
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.settings import DEFAULT_FILE, Settings, load_settings
from fluxlit_component.stores.browse import BrowsableStore, BuiltInStore, Entry
from fluxlit_component.stores.location import STORE_OF, open_store

PATIENCE_SECONDS: Final = 10.0
_NAMED: Final = 5
StoreOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="The store: sqlite:///file.db, redis://..., postgresql+psycopg://... Default: "
        "FLUXLIT_SESSION_STORE, FLUXLIT_SESSION_SQLITE_PATH, the app's secrets, "
        ".streamlit/fluxlit_sessions.db in this folder.",
        show_default=False,
    ),
]


def settings_here() -> Settings:
    """The settings as an app that is started in this folder would have them."""
    return load_settings(internals.app_secrets())


def url_of(given: str | None) -> str:
    """The URL of the store: the given one, else the one in the settings, else the default file."""
    url = given or (settings := settings_here()).session_store
    return url or f"sqlite:///{Path(settings.session_sqlite_path or DEFAULT_FILE).expanduser().resolve()}"


def label_of(url: str) -> str:
    """A URL as it may be printed: without user, password and options, and nothing of what is no URL."""
    if url.lower().startswith("sqlite://"):
        return url.partition("?")[0]
    # With a question mark before the last @, which may be one of the password, there is no telling.
    found = re.fullmatch(r"((\w+)(?:\+\w+)?://)(?:[^?]*@)?([^@?]*)(?:\?[^@]*)?", url)
    is_known = found is not None and found[2].lower() in {"memory", *STORE_OF}
    return found[1] + found[3] if found and is_known else "a URL that is not shown"


def file_of(url: str) -> Path | None:
    """The database file of a ``sqlite://`` URL."""
    scheme, _, rest = url.partition("://")
    if scheme.lower() != "sqlite" or not rest.startswith("/"):
        return None
    return Path(rest.partition("?")[0][1:]).expanduser().resolve()


@contextmanager
def opened(url: str, *, may_create: bool = False) -> Iterator[BuiltInStore]:
    """The store, closed at the end. `StoreUnavailable`: its file is not there, or cannot be opened."""
    if url.lower().startswith("memory:"):
        raise ConfigurationError(
            "memory:// is the memory of the app's own process: no other process can look into it. "
            "Name a store that is shared, such as sqlite:///sessions.db or redis://host/0"
        )
    path = file_of(url)
    if path is not None and not path.exists() and not may_create:
        raise StoreUnavailable(
            f"there is no session file {path}: nothing was saved there yet, or it lies elsewhere. Run this "
            "in the app's folder, or name the store: --store sqlite:////absolute/path.db"
        )
    with closing(open_store(url, timeout_seconds=PATIENCE_SECONDS)) as store:
        yield store


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
