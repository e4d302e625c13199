"""`fluxlit-session list`: the sessions of a store, a line each."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import Annotated, Final, Literal, TypeAlias

import typer

from fluxlit_component.cli.entries import document, short, spans
from fluxlit_component.cli.output import JsonOption, complain, print_json, print_table, watched
from fluxlit_component.cli.place import StoreOption, browsing
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

    with browsing(store) as found:
        entries = counted(watched(found.browse(), "Looking through", found.estimate()))
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
    """Whether a session belongs to somebody: to whom, the store does not know."""
    record = store.peek(entry.name) if entry.standing == "alive" else None
    return record is not None and is_bound(record)


def _row(entry: Entry, *, is_bound: bool) -> tuple[object, ...]:
    age, *ends = map(span_text, spans(entry))
    return (
        *(short(entry), entry.keys, size_text(entry.size), entry.version, age),
        *(ends if entry.standing == "alive" else ("", "")),
        *(entry.standing, "somebody" if is_bound else ""),
    )
