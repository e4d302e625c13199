"""The page `docs/benchmarks.md` and its plot, from what the benches have printed.

What a bench printed last is kept in `.bench/`, so that the page is whole also after some of them ran alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from e2e.bench.report import Table, machine

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".bench" / "tables.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"
TITLES = {
    "comparison": "Ways of keeping state, compared",
    "reload": "F5 to restored content",
    "run": "One script run",
    "values": "Rich values",
    "memory": "The memory store when it is full",
    "footprint": "Ten thousand sessions",
    "stores": "Stores",
}
INTRODUCTION = """\
# Benchmarks

Written by `make bench`, which measures all of it on your machine in a few minutes. Where there is a floor,
it is the least that the job costs without this package. A ratio says more than milliseconds, and on a busy
machine neither says much. How each is measured stands in `e2e/bench/`.

![F5 until the content stands there again, for each way of keeping it](benchmarks.svg)

"""


def keep(name: str, tables: Iterable[Table]) -> None:
    """Remember what a bench has printed, with the machine and the day."""
    found = _kept()
    found[name] = {
        "machine": machine(),
        "day": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "tables": [asdict(table) for table in tables],
    }
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(found, indent=1), encoding="utf-8")


def write() -> None:
    """Write the page and the plot."""
    found = _kept()
    order = [*TITLES, *sorted(found.keys() - TITLES)]
    parts = [_section(TITLES.get(name, name.capitalize()), found[name]) for name in order if name in found]
    PAGE.write_text(INTRODUCTION + "\n".join(parts), encoding="utf-8")
    if "comparison" in found:
        PLOT.write_text(_plot(found["comparison"]["tables"][0]), encoding="utf-8")
    print(f"\nwritten: {PAGE.relative_to(ROOT)}, {PLOT.relative_to(ROOT)}")


def _kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
    return found


def _section(title: str, kept: dict[str, Any]) -> str:
    tables = "\n".join(line for table in kept["tables"] for line in _table(table))
    where = ". ".join(kept["machine"])
    return f"## {title}\n\n{tables}\n*{kept['day']}: {where}.*\n"


def _table(table: dict[str, Any]) -> Iterator[str]:
    yield f"**{table['title']}**"
    yield ""
    yield f"{table['note'][:1].upper()}{table['note'][1:]}."
    yield ""
    columns = table["columns"]
    yield _row(columns)
    yield _row([":---", *["---:"] * (len(columns) - 1)])
    for cells in table["rows"]:
        yield _row(cells)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plot(table: dict[str, Any]) -> str:
    """Bars, quiet enough for a light and a dark page."""
    rows = [
        {
            "way": name,
            "seconds": float(time.split()[0]) / 1000,
            "told": f"{float(time.split()[0]) / 1000:.2f} s, {runs} run{'' if runs == '1' else 's'}",
            "whose": "ours" if name.startswith("ours") else "floor" if index == 0 else "others",
        }
        for index, (name, time, _, runs, *_) in enumerate(table["rows"])
        if time.endswith(" ms")
    ]
    axes = {"labelColor": "#808698", "titleColor": "#808698", "gridColor": "#80869833", "domain": False}
    room = alt.Scale(domain=[0, 1.3 * max((float(str(row["seconds"])) for row in rows), default=1.0)])
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("way:N", sort=None, title=None, axis=alt.Axis(labelLimit=400, ticks=False, **axes)),
        x=alt.X(
            "seconds:Q",
            title="seconds from F5 to content",
            axis=alt.Axis(tickCount=6, grid=False, **axes),
            scale=room,
        ),
    )
    colours = alt.Scale(domain=["floor", "ours", "others"], range=["#9aa1b5", "#3d6fe0", "#d9a441"])
    bars = base.mark_bar(cornerRadiusEnd=3, height=18).encode(
        color=alt.Color("whose:N", scale=colours, legend=None)
    )
    texts = base.mark_text(align="left", dx=6, color="#808698").encode(text="told:N")
    chart = (bars + texts).properties(width=420, height=alt.Step(30))
    svg: str = vl_convert.vegalite_to_svg(
        chart.configure(background="transparent", view=alt.ViewConfig(stroke=None)).to_dict()
    )
    return svg
