"""`python -m fluxlit_component.demo [--port N] [any option of streamlit run]`.

Starts the demo with its state in SQLite under the current directory: the default place, beside the app, would
be inside site-packages here.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from fluxlit_component.asgi.launch import prepare, streamlit_run

APP = Path(__file__).with_name("app.py")
STORE_URL = "FLUXLIT_SESSION_STORE"
SQLITE_PATH = "FLUXLIT_SESSION_SQLITE_PATH"
DATABASE = Path(".streamlit") / "fluxlit_sessions.db"

LOOK = {
    "theme.light.primaryColor": "#3257C9",
    "theme.light.secondaryBackgroundColor": "#F4F5F9",
    "theme.dark.primaryColor": "#5F7DF0",
    "theme.baseRadius": "0.6rem",
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": "false",
}
"""Options of Streamlit. None of them fixes light or dark: the visitor's own setting decides that."""


def arguments(options: Sequence[str], *, port: int | None = None) -> list[str]:
    """Return what follows `streamlit run`. Options come last, so they beat the demo's own."""
    line = [str(APP), *(f"--{name}={value}" for name, value in LOOK.items())]
    if port is not None:
        line.append(f"--server.port={port}")
    return [*line, *options]


def database(env: Mapping[str, str], directory: Path) -> Path | None:
    """Return the database file to use, or None when the environment names a store of another kind."""
    if env.get(STORE_URL):
        return None
    return Path(env.get(SQLITE_PATH) or directory / DATABASE).resolve()


def main(argv: Sequence[str] | None = None) -> None:
    """Say where the state is kept, then become `fluxlit-session run` until stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m fluxlit_component.demo",
        description="Runs the fluxlit_component demo app.",
        epilog="Every other option goes to `streamlit run` as it is.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=int, help="port to serve on (Streamlit's own choice: 8501)")
    known, options = parser.parse_known_args(argv)
    if not hasattr(st, "space"):
        parser.error(
            f"the demo is drawn with Streamlit 1.51 or newer, this is {st.__version__}; "
            "the session itself works from 1.40"
        )

    path = database(os.environ, Path.cwd())
    if path is None:
        print(f"The demo keeps its state in the store that {STORE_URL} names.", flush=True)
    else:
        os.environ[SQLITE_PATH] = str(path)
        print(f"The demo keeps its state in {path}", flush=True)
    line = arguments(options, port=known.port)
    prepare(line, freeze=True)
    streamlit_run(line)


if __name__ == "__main__":
    main()
