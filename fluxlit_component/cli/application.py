"""The commands put together, and how every failure ends: one sentence and an exit code.

Exit codes: 0 done and nothing to complain about; 1 something was found wrong, was not found, or the store did
not answer; 2 the command cannot be meant as it was given.
"""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperGroup

from fluxlit_component.cli import doctor, listing, migrate, purge, revoke, run, show, stats
from fluxlit_component.cli.output import complain
from fluxlit_component.errors import ConfigurationError, FluxlitError
from fluxlit_component.identifier import is_well_formed

FOUND_SOMETHING: Final = 1
USAGE: Final = 2
NOT_AN_ID: Final = (
    "this looks like a session id, which is a secret: never type one into a shell. Sessions go by the first "
    "characters of their hash, see `fluxlit-session list`"
)


class _Commands(TyperGroup):
    """Turns the package's own errors, which say what to do, into that sentence and an exit code."""

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
app.command("run", context_settings=run.RUN_CONTEXT)(run.run)
app.command("demo", context_settings=run.DEMO_CONTEXT)(run.demo)
app.command("doctor")(doctor.doctor)
app.command("stats")(stats.stats)
app.command("list")(listing.list_sessions)
app.command("show")(show.show)
app.command("revoke")(revoke.revoke)
app.command("purge")(purge.purge)
app.command("migrate")(migrate.migrate)


def main() -> None:
    """Run `fluxlit-session`."""
    app(prog_name="fluxlit-session")
