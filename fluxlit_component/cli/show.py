"""`fluxlit-session show`: one session, key by key, without its values unless they are asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from fluxlit_component.cli.entries import document, find_one, short, spans
from fluxlit_component.cli.glimpse import glimpse
from fluxlit_component.cli.output import JsonOption, complain, print_json, print_table
from fluxlit_component.cli.place import StoreOption, browsing
from fluxlit_component.panel.amounts import size_text, span_text
from fluxlit_component.state.record import RESERVED


def show(
    session: Annotated[str, typer.Argument(metavar="HASH", help="The first characters of its hash.")],
    *,
    values: Annotated[bool, typer.Option("--values", help="Also what is stored: somebody's data.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a session's keys, types, sizes, versions and lifetimes; its values only with --values."""
    with browsing(store) as found:
        entry = find_one(found, session)
        record = found.peek(entry.name)
    if record is None:
        complain(f"{short(entry)} has ended a moment ago")
        raise typer.Exit(1)
    fields = [
        # The package's own notes name other sessions: nobody's data, and nobody's business.
        (_printable(key), glimpse(field, with_value=values and not key.startswith(RESERVED)))
        for key, field in sorted(record.fields.items())
    ]
    if as_json:
        keys = [
            {"key": key, "type": seen.kind, "bytes": seen.size, "version": seen.version}
            | ({} if seen.value is None else {"value": seen.value})
            for key, seen in fields
        ]
        print_json({**document(entry), "keys": keys})
        return
    age, idle, absolute = map(span_text, spans(entry))
    typer.echo(
        f"session {short(entry)}, version {entry.version}, schema {entry.schema}, "
        f"{size_text(entry.size)} in {entry.keys} keys\n"
        f"begun {age} ago; ends if unused in: {idle}; in any case in: {absolute}\n"
    )
    columns = ["key", "type", ">size", ">version", *(["value"] if values else [])]
    rows = [(key, s.kind, size_text(s.size), s.version, s.value or "") for key, s in fields]
    print_table(columns, (row[: len(columns)] for row in rows))


def _printable(key: str) -> str:
    """A terminal must not be steered by a key, nor fail at a lone surrogate."""
    return key if key.isprintable() and key else repr(key)
