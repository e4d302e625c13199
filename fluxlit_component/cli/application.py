"""The commands put together, and how every failure ends: one sentence and an exit code.

Exit codes: 0 done and nothing to complain about; 1 something was found wrong, was not found, or the store did
not answer; 2 the command cannot be meant as it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from fluxlit_component.cli.output import complain
from fluxlit_component.errors import ConfigurationError, FluxlitError
from fluxlit_component.identifier import is_well_formed

FOUND_SOMETHING: Final = 1
USAGE: Final = 2
NOT_AN_ID: Final = (
    "this looks like a session id, which is a secret: never type one into a shell. Sessions go by the first "
    "characters of their hash, see `fluxlit-session list`"
)


_PASSES_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True}
"""What the command does not know belongs to `streamlit run`."""
_COMMANDS: Final[Mapping[str, tuple[str, str, dict[str, Any]]]] = {
    "run": ("run", "run", {**_PASSES_ON, "allow_interspersed_args": False}),
    "demo": ("run", "demo", _PASSES_ON),
    "doctor": ("doctor", "doctor", {}),
    "stats": ("stats", "stats", {}),
    "list": ("listing", "list_sessions", {}),
    "show": ("show", "show", {}),
    "revoke": ("revoke", "revoke", {}),
    "purge": ("purge", "purge", {}),
    "migrate": ("migrate", "migrate", {}),
}
"""Command -> its module, its function, and how Click is to read it."""


class _Commands(TyperGroup):
    """Loads the command that is asked for; turns the package's own errors into a sentence and an exit code.

    `run` stays in the process of the app, where each garbage collection looks at all that is loaded.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's
        """All there are."""
        return [*_COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - typer's
        """The command of this name, from its module."""
        if cmd_name not in _COMMANDS:
            return None
        module, function, settings = _COMMANDS[cmd_name]
        command = getattr(import_module(f"fluxlit_component.cli.{module}"), function)
        alone = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
        alone.command(cmd_name, context_settings=settings)(command)
        return get_command(alone)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse ids before they are read: one that begins with "-" is options, which an error repeats."""
        if args[:1] != ["run"] and any(is_well_formed(argument) for argument in args):
            complain(NOT_AN_ID)
            raise typer.Exit(USAGE)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except FluxlitError as error:
            complain(str(error))
            raise typer.Exit(USAGE if isinstance(error, ConfigurationError) else FOUND_SOMETHING) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold values of visitors
    help="Look after the sessions of a Streamlit app that uses fluxlit_component.",
    epilog="Exit codes: 0 all is well, 1 something is wrong or not there, 2 the command is not understood.",
)


@app.callback()
def _begin() -> None:
    """What a group without commands of its own needs."""
