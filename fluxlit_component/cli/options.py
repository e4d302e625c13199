"""Options that several commands share: spelled and explained the same everywhere."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

StoreOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="The store: sqlite:///file.db, redis://..., postgresql+psycopg://..., or package.module:name "
        "for an object of your own. Default: FLUXLIT_SESSION_STORE, FLUXLIT_SESSION_SQLITE_PATH, the app's "
        "secrets, .streamlit/fluxlit_sessions.db in this folder.",
        show_default=False,
    ),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
YesOption: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
