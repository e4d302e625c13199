"""What is printed: results to standard output as a table or as JSON, everything else to standard error.

Eight characters of a session's stored hash are shown, as in the logs: enough to tell sessions apart.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

import typer

from fluxlit_component.panel.panel import size_text
from fluxlit_component.stores.browse import Entry

T = TypeVar("T")
Level: TypeAlias = Literal["ok", "hint", "warning", "problem"]
"""A hint is worth reading. A warning will cause trouble some day, a problem causes trouble now."""
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
SHOWN: Final = 8

complain = partial(typer.echo, err=True)


def print_json(document: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; columns whose title begins with ``>`` are aligned to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))  # as text: a key may look like markup
    Console().print(table)


def print_figures(figures: Mapping[str, Any], *, as_json: bool) -> None:
    """Print named figures; a name that ends with `bytes` stands before a size."""
    if as_json:
        print_json(figures)
        return
    rows = ((n.replace("_", " "), size_text(v) if n.endswith("bytes") else v) for n, v in figures.items())
    print_table(["", ">"], rows)


def print_count(count: int, noun: str, done: str, *, as_json: bool) -> None:
    """Print how many sessions something was done to."""
    if as_json:
        print_json({done: count})
    else:
        typer.echo(f"{count} {noun}{'' if count == 1 else 's'} {done}")


def watched(items: Iterable[T], title: str) -> Iterator[T]:
    """Yield the items. On a terminal a bar shows the progress, or their number if it is not known before."""
    hidden = not sys.stderr.isatty()
    with typer.progressbar(items, label=title, show_pos=True, file=sys.stderr, hidden=hidden) as bar:
        yield from bar


def short(entry: Entry) -> str:
    """The part of a session's name that is shown."""
    return entry.name[:SHOWN]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    level: Level
    subject: str
    text: str
    remedy: str | None = None  # the command that mends it


ok = partial(Finding, "ok")
hint = partial(Finding, "hint")
warning = partial(Finding, "warning")
problem = partial(Finding, "problem")
