"""`fluxlit-session list`: the living sessions of a store, a line each; `stats`: how many, and how large."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Final

import typer

from fluxlit_component.cli.entries import document, short, spans
from fluxlit_component.cli.output import JsonOption, complain, print_json, print_table, watched
from fluxlit_component.cli.place import StoreOption, label_of, opened, url_of
from fluxlit_component.panel.amounts import size_text, span_text
from fluxlit_component.state.owner import is_bound
from fluxlit_component.stores.base import BrowsableStore, Entry

_COLUMNS: Final = "session", ">keys", ">size", ">version", ">age", ">if unused ends in", ">ends in", "owner"


def list_sessions(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List living sessions, the newest first, by the first characters of their hash.

    Never shows an id or a value.
    """
    with opened(url_of(store)) as found:
        alive = [entry for entry in watched(found.browse(), "Looking through") if entry.standing == "alive"]
        alive.sort(key=lambda entry: entry.created, reverse=True)
        listed = [(entry, _is_bound(found, entry)) for entry in alive[:limit]]
    if as_json:
        sessions = [{**document(entry), "bound": bound, "keys": entry.keys} for entry, bound in listed]
        print_json({"total": len(alive), "sessions": sessions})
        return
    print_table(_COLUMNS, (_row(entry, is_bound=bound) for entry, bound in listed))
    if len(alive) > limit:
        complain(f"{limit} of {len(alive)} sessions; --limit shows more")


def _is_bound(store: BrowsableStore, entry: Entry) -> bool:
    """Whether a session belongs to somebody. The store does not know to whom."""
    record = store.peek(entry.name)
    return record is not None and is_bound(record)


def _row(entry: Entry, *, is_bound: bool) -> tuple[object, ...]:
    age, idle, absolute = map(span_text, spans(entry))
    return (
        *(short(entry), entry.keys, size_text(entry.size), entry.version, age, idle, absolute),
        "somebody" if is_bound else "",
    )


def stats(*, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Count sessions, keys and bytes."""
    counts: Counter[str] = Counter()
    largest = 0
    with opened(url_of(store)) as found:
        for entry in watched(found.browse(), "Looking through"):
            counts[entry.standing] += 1
            if entry.standing == "alive":
                counts["keys"] += entry.keys
                counts["bytes"] += entry.size
                largest = max(largest, entry.size)
    figures: dict[str, Any] = {
        "store": label_of(url_of(store)),
        "sessions": counts["alive"],
        "keys": counts["keys"],
        "bytes": counts["bytes"],
        "largest_bytes": largest,
        "expired": counts["expired"],
        "destroyed": counts["destroyed"],
    }
    if as_json:
        print_json(figures)
        return
    rows = [
        (name.replace("_", " "), size_text(value) if name.endswith("bytes") else value)
        for name, value in figures.items()
    ]
    print_table(["", ">"], rows)
