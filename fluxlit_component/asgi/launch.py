"""`streamlit run` in this process, with the middleware around whatever it serves."""

from __future__ import annotations

from collections.abc import Sequence

from fluxlit_component.asgi.middleware import SessionMiddleware
from fluxlit_component.internals import freeze_when_loaded
from fluxlit_component.internals.server import serves_asgi, surround_server
from fluxlit_component.redaction import redact_logs


def prepare(arguments: Sequence[str], *, freeze: bool) -> bool:
    """Get this process ready; whether its Streamlit can be served with the middleware."""
    redact_logs()
    if freeze:
        freeze_when_loaded()
    return serves_asgi(arguments) and surround_server(SessionMiddleware)


def streamlit_run(arguments: Sequence[str]) -> None:
    """Be `streamlit run` until it ends; raises the SystemExit that it ends with."""
    from streamlit.web import cli

    cli.main(["run", *arguments], prog_name="streamlit")
