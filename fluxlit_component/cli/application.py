"""The commands put together, and how every failure ends: one sentence and an exit code.

Exit codes: 0: done, and nothing is wrong. 1: something is wrong, was not found, or the store did not answer.
2: the command is not valid as it was given.
"""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperGroup

from fluxlit_component.cli.doctor import doctor
from fluxlit_component.cli.listing import list_sessions, show, stats
from fluxlit_component.cli.output import complain
from fluxlit_component.cli.run import demo, run
from fluxlit_component.cli.upkeep import migrate, purge, revoke
from fluxlit_component.errors import ConfigurationError, FluxlitError
from fluxlit_component.identifier import is_well_formed

_PASSES_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Options that the command does not know go to `streamlit run`."""


class _Commands(TyperGroup):
    """Turns the package's own errors into a sentence and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse ids before parsing: an id with a "-" in front is read as options, and errors quote those."""
        if args[:1] != ["run"] and any(map(is_well_formed, args)):
            complain(
                "this looks like a session id, which is a secret: never type one into a shell. Sessions go "
                "by the first characters of their hash, see `fluxlit-session list`"
            )
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            return super().main(*args, **options)
        except FluxlitError as error:
            complain(str(error))
            raise SystemExit(2 if isinstance(error, ConfigurationError) else 1) from None
        except OSError as error:  # not of a broken pipe: if `head` has enough, the parser ends quietly
            complain(f"the output could not be written: {error.strerror}")
            raise SystemExit(1) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold values of visitors
    help="Look after the sessions of a Streamlit app that uses fluxlit_component.",
    epilog="Exit codes: 0 all is well, 1 something is wrong or not there, 2 the command is not understood.",
)
app.command(context_settings={**_PASSES_ON, "allow_interspersed_args": False})(run)
app.command(context_settings=_PASSES_ON)(demo)
app.command("list")(list_sessions)
for command in (show, stats, doctor, revoke, purge, migrate):
    app.command()(command)
