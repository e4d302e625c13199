"""`fluxlit-session show`: one session, key by key, without its values unless they are asked for."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from fluxlit_component.cli import lifetime
from fluxlit_component.cli.glimpse import Glimpse, glimpse
from fluxlit_component.cli.hashes import find_one, short
from fluxlit_component.cli.options import JsonOption, StoreOption
from fluxlit_component.cli.output import complain, print_json, print_table, say, size_text, span_text
from fluxlit_component.cli.place import browsing
from fluxlit_component.state.record import RESERVED
from fluxlit_component.stores.inventory import Entry

_COLUMNS: Final = ("key", "type", ">size", ">version")


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
    fields = {
        # The package's own notes name other sessions: nobody's data, and nobody's business.
        key: glimpse(field, with_value=values and not key.startswith(RESERVED))
        for key, field in sorted(record.fields.items())
    }
    if as_json:
        print_json({**_document(entry), "keys": [_field(key, seen) for key, seen in fields.items()]})
        return
    idle, absolute = span_text(lifetime.idle_left(entry)), span_text(lifetime.left(entry))
    say(
        f"session {short(entry)}, version {entry.version}, schema {entry.schema}, "
        f"{size_text(entry.size)} in {entry.keys} keys\n"
        f"begun {span_text(lifetime.age(entry))} ago; ends if unused in: {idle}; in any case in: {absolute}\n"
    )
    rows = [
        (_printable(key), seen.kind, size_text(seen.size), seen.version, seen.value or "")
        for key, seen in fields.items()
    ]
    print_table([*_COLUMNS, *(["value"] if values else [])], rows if values else (row[:-1] for row in rows))


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "session": short(entry),
        "version": entry.version,
        "schema": entry.schema,
        "bytes": entry.size,
        **lifetime.document(entry),
    }


def _field(key: str, seen: Glimpse) -> dict[str, Any]:
    document = {"key": _printable(key), "type": seen.kind, "bytes": seen.size, "version": seen.version}
    return document if seen.value is None else {**document, "value": seen.value}


def _printable(key: str) -> str:
    """A terminal must not be steered by a key, nor fail at a lone surrogate."""
    return key if key.isprintable() and key else repr(key)
