"""`fluxlit-session run`: `streamlit run` with which F5 costs nothing; `demo`, which runs the demo app so."""

from __future__ import annotations

import os
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated, Final

import typer
from packaging.version import Version

from fluxlit_component.cli import launch
from fluxlit_component.cli.place import file_of, label_of, url_of
from fluxlit_component.errors import ConfigurationError

DEMO_LOOK: Final = {
    "theme.light.primaryColor": "#3257C9",
    "theme.light.secondaryBackgroundColor": "#F4F5F9",
    "theme.dark.primaryColor": "#5F7DF0",
    "theme.baseRadius": "0.6rem",
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": "false",
}
"""Options of Streamlit. None of them fixes light or dark: the visitor's own setting decides that."""


def run(
    ctx: typer.Context,
    *,
    freeze: Annotated[
        bool,
        typer.Option(
            f"--freeze/{launch.NO_FREEZE}",
            help="After the first run take all that is loaded out of garbage collection: Streamlit collects "
            "after each run, and that is most of what a small run costs.",
        ),
    ] = True,
) -> None:
    """Serve an app as `streamlit run` does, so that F5 costs one script run and no more.

    Arguments and options are those of `streamlit run`; options of this command come first.
    """
    launch.serve(ctx.args, freeze=freeze)


def demo(
    ctx: typer.Context,
    *,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", show_default="8501")] = None,
) -> None:
    """Run the demo app; every other option goes to `streamlit run` as it is."""
    streamlit = version("streamlit")
    if Version(streamlit) < Version("1.51"):
        raise ConfigurationError(
            f"the demo is drawn with Streamlit 1.51 or newer, this is {streamlit}; "
            "the session itself works from 1.40"
        )
    url = url_of(None)
    if (path := file_of(url)) is not None:
        # The default place, beside the app, would be inside site-packages here.
        os.environ["FLUXLIT_SESSION_SQLITE_PATH"] = str(path)
    typer.echo(f"The demo keeps its state in {path or label_of(url)}")
    look = DEMO_LOOK if port is None else {**DEMO_LOOK, "server.port": str(port)}
    options = [f"--{name}={value}" for name, value in look.items()]
    # The caller's options come last, so they beat the demo's own.
    launch.serve([str(files("fluxlit_component.demo") / "app.py"), *options, *ctx.args], freeze=True)
