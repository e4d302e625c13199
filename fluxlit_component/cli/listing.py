"""`fluxlit-session list`: the sessions of a store, a line each; `stats`: how many, how large and how old."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median
from typing import Annotated, Any, Final, Literal, TypeAlias

import typer

from fluxlit_component.cli.entries import document, short, spans
from fluxlit_component.cli.output import JsonOption, complain, print_json, print_table, watched
from fluxlit_component.cli.place import StoreOption, label_of, opened, url_of
from fluxlit_component.panel.amounts import size_text, span_text
from fluxlit_component.state.owner import is_bound
from fluxlit_component.stores.base import BrowsableStore
from fluxlit_component.stores.inventory import Entry

Order: TypeAlias = Literal["newest", "oldest", "largest", "keys"]
_RANK: Final[dict[Order, Callable[[Entry], float]]] = {
    "newest": lambda entry: entry.created,
    "oldest": lambda entry: -entry.created,
    "largest": lambda entry: entry.size,
    "keys": lambda entry: entry.keys,
}
_COLUMNS: Final = (
    *("session", ">keys", ">size", ">version", ">age"),
    *(">if unused ends in", ">ends in", "state", "owner"),
)
_AGES: Final = {"under an hour": 3600, "under a day": 86_400, "under a week": 604_800, "older": math.inf}


def list_sessions(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    order: Annotated[Order, typer.Option("--order", help="Which come first.")] = "newest",
    ended: Annotated[bool, typer.Option("--ended", help="Also what has expired or was destroyed.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List sessions by the first characters of their hash. Never shows an id or a value."""
    count = 0

    def counted(entries: Iterator[Entry]) -> Iterator[Entry]:
        nonlocal count
        for entry in entries:
            if ended or entry.standing == "alive":
                count += 1
                yield entry

    with opened(url_of(store)) as found:
        entries = counted(watched(found.browse(), "Looking through"))
        chosen = heapq.nlargest(limit, entries, key=_RANK[order])
        listed = [(entry, _is_bound(found, entry)) for entry in chosen]
    if as_json:
        sessions = [
            {**document(entry), "state": entry.standing, "bound": bound, "keys": entry.keys}
            for entry, bound in listed
        ]
        print_json({"total": count, "sessions": sessions})
        return
    print_table(_COLUMNS, (_row(entry, is_bound=bound) for entry, bound in listed))
    if count > len(chosen):
        complain(f"{len(chosen)} of {count} sessions; --limit shows more")


def _is_bound(store: BrowsableStore, entry: Entry) -> bool:
    """Whether a session belongs to somebody. The store does not know to whom."""
    record = store.peek(entry.name) if entry.standing == "alive" else None
    return record is not None and is_bound(record)


def _row(entry: Entry, *, is_bound: bool) -> tuple[object, ...]:
    age, *ends = map(span_text, spans(entry))
    return (
        *(short(entry), entry.keys, size_text(entry.size), entry.version, age),
        *(ends if entry.standing == "alive" else ("", "")),
        *(entry.standing, "somebody" if is_bound else ""),
    )


def stats(*, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Count sessions, keys and bytes, and say how old the sessions are."""
    counts: Counter[str] = Counter()
    by_age = dict.fromkeys(_AGES, 0)
    sizes: list[int] = []
    ages: list[float] = []
    with opened(url_of(store)) as found:
        for entry in watched(found.browse(), "Looking through"):
            counts[entry.standing] += 1
            if entry.standing == "alive":
                counts["keys"] += entry.keys
                sizes.append(entry.size)
                ages.append(spans(entry)[0])
                by_age[next(name for name, limit in _AGES.items() if ages[-1] < limit)] += 1
    figures: dict[str, Any] = {
        "store": label_of(url_of(store)),
        "sessions": counts["alive"],
        "keys": counts["keys"],
        "bytes": sum(sizes),
        "largest_bytes": max(sizes, default=0),
        "median_bytes": median(sizes or [0]),
        "oldest_seconds": max(ages, default=0.0),
        "newest_seconds": min(ages, default=0.0),
    }
    ended = {"expired": counts["expired"], "destroyed": counts["destroyed"]}
    if as_json:
        print_json({**figures, "by_age": by_age, **ended})
        return
    rows = {**figures, **ended, **by_age}
    print_table(["", ">"], [(name.replace("_", " "), _said(name, value)) for name, value in rows.items()])


def _said(name: str, value: Any) -> object:
    if name.endswith("bytes"):
        return size_text(value)
    return span_text(value) if name.endswith("seconds") else value
