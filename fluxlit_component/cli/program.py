"""Where `fluxlit-session` begins."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `fluxlit-session`."""
    command, *arguments = sys.argv[1:] or [""]
    if command == "run" and arguments and not arguments[0].startswith("-"):
        # No option of its own. What reads commands would stay in the process of the app, and it takes 3 MB.
        from fluxlit_component.cli import launch

        launch.serve(arguments, freeze=True)
    else:
        from fluxlit_component.cli.application import app

        app(prog_name="fluxlit-session")
