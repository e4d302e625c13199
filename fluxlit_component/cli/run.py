"""`fluxlit-session run`: `streamlit run` with which F5 costs nothing."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from fluxlit_component.cli.output import complain

CONTEXT: Final[dict[str, Any]] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
}
"""What the command does not know belongs to `streamlit run`."""
_TOO_OLD: Final = (
    "this Streamlit does not serve by Starlette (1.57 and newer do), so this is a plain `streamlit run`: "
    "the session works, and a page load costs one short run more"
)


def run(
    ctx: typer.Context,
    *,
    freeze: Annotated[
        bool,
        typer.Option(
            help="After the first run take all that is loaded out of garbage collection: Streamlit collects "
            "after each run, and that is most of what a small run costs."
        ),
    ] = True,
) -> None:
    """Serve an app as `streamlit run` does, so that F5 costs one script run and no more.

    Arguments and options are those of `streamlit run`; options of this command come first.
    """
    serve(ctx.args, freeze=freeze)


def serve(arguments: list[str], *, freeze: bool) -> None:
    """Become `streamlit run` with these arguments, with the session's middleware around its server."""
    from fluxlit_component.asgi.launch import prepare, streamlit_run  # noqa: PLC0415 - brings Streamlit along

    if not prepare(arguments, freeze=freeze):
        complain(_TOO_OLD)
    streamlit_run(arguments)
