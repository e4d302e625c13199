"""What is printed: results to standard output as a table or as JSON, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Annotated, Any, TypeAlias, TypeVar

import typer

T = TypeVar("T")
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]

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


def print_count(count: int, noun: str, done: str, *, as_json: bool) -> None:
    """Print how many sessions something was done to."""
    if as_json:
        print_json({done: count})
    else:
        typer.echo(f"{count} {noun}{'' if count == 1 else 's'} {done}")


def watched(items: Iterable[T], title: str) -> Iterator[T]:
    """Yield the items. On a terminal a bar shows the progress, or their number if it is not known before."""
    if not sys.stderr.isatty():
        yield from items
        return
    with typer.progressbar(items, label=title, show_pos=True, file=sys.stderr) as bar:
        yield from bar
