"""Where `fluxlit-session` begins; `streamlit run` in this process with the session's middleware around it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from os import devnull
from typing import Final

from fluxlit_component.asgi import SessionMiddleware
from fluxlit_component.internals.process import freeze_when_loaded, serves_asgi, streamlit_run, wrap_server
from fluxlit_component.redaction import redact_logs

NO_FREEZE: Final = "--no-freeze"
_OF_THE_FIRST_RUN: Final = ("session", "stores.sqlite")


def main() -> None:
    """Run `fluxlit-session`."""
    command, *arguments = sys.argv[1:] or [""]
    freeze = arguments[:1] != [NO_FREEZE]
    given = arguments if freeze else arguments[1:]
    if command == "run" and given and not given[0].startswith("-"):
        # The parser of commands would stay in the memory of the app's process. It takes 3 MB.
        serve(given, freeze=freeze)
    else:
        from fluxlit_component.cli.application import app

        if isinstance(sys.stdout, TextIOWrapper):  # keys are text of any language, a terminal may be ASCII's
            sys.stdout.reconfigure(errors="backslashreplace")
        sys.stdin = sys.stdin or open(devnull)  # noqa: PTH123, SIM115 - None: the shell has closed it
        sys.stderr = sys.stderr or open(devnull, "w")  # noqa: PTH123, SIM115
        app(prog_name="fluxlit-session")


def serve(arguments: Sequence[str], *, freeze: bool) -> None:
    """Run `streamlit run` in this process until it ends; raises the SystemExit that it ends with."""
    redact_logs()
    if freeze:
        freeze_when_loaded()
    if not (serves_asgi(arguments) and wrap_server(SessionMiddleware)):
        print(  # noqa: T201 - before Streamlit says where the app is
            "this Streamlit does not serve by Starlette (1.57 and newer do), so this is a plain "
            "`streamlit run`: the session works, and a page load costs one short run more",
            file=sys.stderr,
        )
    for name in _OF_THE_FIRST_RUN:  # so that no visitor waits for it
        import_module(f"fluxlit_component.{name}")
    streamlit_run(arguments)
