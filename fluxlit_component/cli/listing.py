"""The commands that look into a store: `stats` counts, `list` lists sessions, `show` the keys of one."""

from __future__ import annotations

import reprlib
from collections import Counter
from contextlib import suppress
from typing import Annotated, Any, Final

import typer

from fluxlit_component.cli import output
from fluxlit_component.cli.place import StoreOption, find_one, label_of, opened, url_of
from fluxlit_component.codec import decode
from fluxlit_component.codec.refusals import type_name
from fluxlit_component.errors import CorruptValue
from fluxlit_component.panel.panel import size_text, span_text
from fluxlit_component.state.owner import is_bound
from fluxlit_component.state.record import RESERVED, Field
from fluxlit_component.stores.browse import Entry
from fluxlit_component.stores.sealed import master_number

_COLUMNS: Final = "session", ">keys", ">size", ">version", ">age", ">if unused ends in", ">ends in", "owner"
_LONGEST: Final = 500


def stats(*, store: StoreOption = None, as_json: output.JsonOption = False) -> None:
    """Count sessions, keys and bytes."""
    counts: Counter[str] = Counter()
    with opened(url_of(store)) as found:
        for entry in output.watched(found.browse(), "Looking through"):
            counts[entry.standing] += 1
            if entry.standing == "alive":
                counts["keys"] += entry.keys
                counts["bytes"] += entry.size
                counts["largest_bytes"] = max(counts["largest_bytes"], entry.size)
    figures = {name: counts[name] for name in ("keys", "bytes", "largest_bytes", "expired", "destroyed")}
    named = {"store": label_of(url_of(store)), "sessions": counts["alive"]}
    output.print_figures({**named, **figures}, as_json=as_json)


def list_sessions(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    store: StoreOption = None,
    as_json: output.JsonOption = False,
) -> None:
    """List living sessions, the newest first, by the first characters of their hash.

    Never shows an id or a value.
    """
    with opened(url_of(store)) as found:
        entries = output.watched(found.browse(), "Looking through")
        alive = sorted((entry for entry in entries if entry.standing == "alive"), key=lambda e: -e.created)
        listed = [(e, (r := found.peek(e.name)) is not None and is_bound(r)) for e in alive[:limit]]
    if as_json:
        sessions = [{**document(entry), "bound": bound, "keys": entry.keys} for entry, bound in listed]
        output.print_json({"total": len(alive), "sessions": sessions})
        return
    rows = [
        (output.short(e), e.keys, size_text(e.size), e.version, *spans(e), "somebody" if bound else "")
        for e, bound in listed  # the store does not know who it is
    ]
    output.print_table(_COLUMNS, rows)
    if len(alive) > limit:
        output.complain(f"{limit} of {len(alive)} sessions; --limit shows more")


def show(
    session: Annotated[str, typer.Argument(metavar="HASH", help="The first characters of its hash.")],
    *,
    values: Annotated[bool, typer.Option("--values", help="Also what is stored: somebody's data.")] = False,
    store: StoreOption = None,
    as_json: output.JsonOption = False,
) -> None:
    """Show a session's keys, types, sizes, versions and lifetimes; its values only with --values."""
    with opened(url_of(store)) as found:
        entry = find_one(found, session)
        record = found.peek(entry.name)
    if record is None:
        output.complain(f"{output.short(entry)} has ended a moment ago")
        raise typer.Exit(1)
    seen = [
        # A key must not control the terminal, and a lone surrogate in it must not make printing fail.
        # The package's own notes name other sessions, so their values are not shown.
        {"key": key if key.isprintable() and key else repr(key)}
        | glimpse(field, with_value=values and not key.startswith(RESERVED))
        for key, field in sorted(record.fields.items())
    ]
    if as_json:
        output.print_json({**document(entry), "keys": seen})
        return
    age, idle, absolute = spans(entry)
    typer.echo(
        f"session {output.short(entry)}, version {entry.version}, schema {entry.schema}, "
        f"{size_text(entry.size)} in {entry.keys} keys\n"
        f"begun {age} ago; ends if unused in: {idle}; in any case in: {absolute}\n"
    )
    columns = ["key", "type", ">size", ">version", *(["value"] if values else [])]
    rows = [(k["key"], k["type"], size_text(k["bytes"]), k["version"], k.get("value", "")) for k in seen]
    output.print_table(columns, (row[: len(columns)] for row in rows))


def spans(entry: Entry) -> list[str]:
    """The age of a session, how long it lasts if nobody uses it, and how long in any case."""
    found = document(entry)
    return [span_text(found[name]) for name in ("age_seconds", "idle_left_seconds", "left_seconds")]


def document(entry: Entry) -> dict[str, Any]:
    """The entry as JSON has it. Seconds are by the store's own clock; None: there is no such lifetime."""
    ends = (entry.idle_expires, entry.expires)
    idle_left, left = (None if end is None else round(end - entry.now, 3) for end in ends)
    return {
        "session": output.short(entry),
        "version": entry.version,
        "schema": entry.schema,
        "bytes": entry.size,
        "age_seconds": round(max(0.0, entry.now - entry.created), 3),
        "idle_left_seconds": idle_left,
        "left_seconds": left,
    }


def glimpse(field: Field, *, with_value: bool) -> dict[str, Any]:
    """What can be said about a stored value without the app that stored it: type, size, version.

    In the place of a type that is not known here stands the reason. A value: if it is asked for and readable.
    """
    data = field.data
    seen: dict[str, Any] = {"type": "unreadable", "bytes": len(data or b""), "version": field.version}
    if data is None:
        return {**seen, "type": "deleted"}
    if (number := master_number(data)) is not None:
        by = f"master key {number} and " if number else ""
        return {**seen, "type": f"sealed with {by}the session's own key"}
    for plain in (False, True):  # the fields of an object can be read without its class
        with suppress(CorruptValue):
            value = decode(data, plain=plain)
            seen["type"] = "object of the app" if plain else type_name(type(value))
            return seen | ({"value": _text(value)} if with_value else {})
    return seen


def _text(value: object) -> str:
    """The value on one line, cut short, and without characters that control a terminal."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = _LONGEST
    short.maxlist = short.maxdict = short.maxset = short.maxtuple = 20
    text = " ".join(short.repr(value).split())
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
