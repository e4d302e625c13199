"""The page `docs/benchmarks.md` and its plot, from what the benches have printed.

A section of the page is one bench. Those that did not run keep theirs as it stands on the page, so that one
can be measured anew by itself: `python -m e2e.bench stores --page`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import altair as alt
import vl_convert

from e2e.bench.report import Table, machine

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"
TITLES = {
    "comparison": "Ways of keeping state, compared",
    "reload": "F5 to restored content",
    "load": "A run in a real server",
    "endurance": "Very many runs",
    "run": "One script run",
    "values": "Rich values",
    "memory": "The memory store when it is full",
    "footprint": "Ten thousand sessions",
    "uploads": "Large uploads",
    "stores": "Stores",
    "streams": "Answers and jobs",
}
NOTES = {
    "load": """\
After each run Streamlit collects the garbage of the whole process, and looks at every object of every module
for that: here most of what a run costs. This package adds 3 objects to each 100 of Streamlit's. The client
libraries of other stores add more, 15 000 (redis-py) and 18 000 (SQLAlchemy), and each run pays for them.
`fluxlit-session run` takes all that is loaded out of the collection.

""",
    "footprint": """\
A tab that is open is counted without the state itself, which Streamlit's own session holds in any case and
whose text and numbers the tab shares with it.

""",
    "stores": """\
Where a page load of 1 KB in 20 keys spends its time: the floor reads one row and leaves its bytes as
they are, a session is 20 rows that become 20 values. In SQLite, in the best case, 8 µs of 44 go to
finding the connection and asking whether the file is still the same, 13 µs to the one statement (4 of
which the floor takes too; the others are what Python takes to read 60 values), 5 µs to the record, 8 µs
to decoding and 10 µs to the base that the end of the run is compared with. Redis answers the script as
fast as a GET, and 16 µs more turn the answer into a record. PyMySQL takes about 3 µs for each row;
that statements are prepared spares 0.1 ms of a save to MariaDB.

""",
}
"""What stands below the title of a section."""
INTRODUCTION = """\
# Benchmarks

Written by `make bench`, which measures all of it on your machine; "A run in a real server" alone takes twenty
minutes. Where there is a floor, it is the least that the job costs without this package. A ratio says more
than milliseconds, and on a busy machine neither says much. How each is measured stands in `e2e/bench/`.

What of F5 is the server's is in the table "A page load, without the browser". No run is gated where the id
comes with the handshake or in the query, which `address_bar="visible"` has. The bridge is drawn last, so the
browser loads it when the content stands there.

![F5 until the content stands there again, for each way of keeping it](benchmarks.svg)

"""


def write(name: str, tables: Sequence[Table]) -> None:
    """Write the section of one bench, and the plot if it is the one that is drawn."""
    sections = _standing() | {_title(name): _section(name, tables)}
    order = [title for title in TITLES.values() if title in sections]
    order += [title for title in sections if title not in order]
    PAGE.write_text(INTRODUCTION + "\n".join(sections[title] for title in order), encoding="utf-8")
    print(f"\nwritten: {_title(name)} in {PAGE.relative_to(ROOT)}")
    if name == "comparison":
        PLOT.write_text(_plot(tables[0].rows), encoding="utf-8")
        print(f"written: {PLOT.relative_to(ROOT)}")


def _standing() -> dict[str, str]:
    """The sections of the page as it is, by their titles."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    parts = [f"## {part.rstrip()}\n" for part in f"\n{text}".split("\n## ")[1:]]
    return {part.partition("\n")[0].removeprefix("## "): part for part in parts}


def _title(name: str) -> str:
    return TITLES.get(name, name.capitalize())


def _section(name: str, tables: Sequence[Table]) -> str:
    lines = "\n".join(line for table in tables for line in _table(table))
    where = ". ".join(machine())
    note = NOTES.get(name, "")
    return f"## {_title(name)}\n\n{note}{lines}\n*{datetime.now(timezone.utc):%Y-%m-%d}: {where}.*\n"


def _table(table: Table) -> Iterator[str]:
    yield f"**{table.title}**"
    yield ""
    yield f"{table.note[:1].upper()}{table.note[1:]}."
    yield ""
    yield _row(table.columns)
    yield _row([":---", *["---:"] * (len(table.columns) - 1)])
    for cells in table.rows:
        yield _row(cells)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plot(measured: Sequence[Sequence[str]]) -> str:
    """Bars, quiet enough for a light and a dark page."""
    rows = [
        {
            "way": name,
            "seconds": float(time.split()[0]) / 1000,
            "told": f"{float(time.split()[0]) / 1000:.2f} s, {runs} run{'' if runs == '1' else 's'}",
            "whose": "ours" if name.startswith("ours") else "floor" if index == 0 else "others",
        }
        for index, (name, time, _, runs, *_) in enumerate(measured)
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
