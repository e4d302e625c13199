"""`fluxlit-session demo`: the demo app, to press F5 in."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

CONTEXT: Final[dict[str, Any]] = {"allow_extra_args": True, "ignore_unknown_options": True}
"""What the command does not know belongs to `streamlit run`."""


def demo(
    ctx: typer.Context,
    *,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", show_default="8501")] = None,
) -> None:
    """Run the demo app; every other option goes to `streamlit run` as it is."""
    from fluxlit_component.demo import __main__ as program  # noqa: PLC0415 - brings Streamlit's server along

    program.main([*([] if port is None else ["--port", str(port)]), *ctx.args])
