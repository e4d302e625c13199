"""What the benchmarks print, and remember for the page: floor, ours, their ratio, whether the target is met.

Nothing fails here: on a busy machine a ratio says little, so it is reported and a person judges.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

_COLUMNS = ("", "floor", "ours", "ratio", "target", "")


@dataclass(frozen=True)
class Table:
    """One table as it was printed."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)


printed: list[Table] = []
"""All tables so far, in their order."""


def print_machine() -> None:
    """Where and with what is measured."""
    print("\n".join(machine()))


def machine() -> tuple[str, str]:
    """The machine, and the versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "msgpack", "cachetools"))
    load, system = os.getloadavg()[0], platform.platform(terse=True)
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {load:.1f}; {system}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}",
    )


def print_heading(title: str, *, floor: str) -> None:
    """Begin a table; `floor` says in words what ours is compared with."""
    printed.append(Table(title, f"floor: {floor}", _COLUMNS))
    print(f"\n{title}\n  floor: {floor}")
    print(f"  {'':42} {'floor':>10} {'ours':>10} {'ratio':>7} {'target':>7}")


def print_line(name: str, floor: Sequence[float], ours: Sequence[float], *, target: float | None) -> None:
    """One comparison of samples in seconds, by their medians. No target: for information."""
    low, high = statistics.median(floor), statistics.median(ours)
    ratio = high / low
    verdict = "" if target is None else "ok" if ratio <= target else "OVER"
    wanted = "" if target is None else f"{target:.2f}"
    cells = (name, time_text(low), time_text(high), f"{ratio:.2f}", wanted, verdict)
    printed[-1].rows.append(cells)
    name, first, second, *_ = cells
    print(f"  {name:42} {first:>10} {second:>10} {ratio:7.2f} {wanted:>7} {verdict}", flush=True)


def print_table(title: str, *, note: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of its own columns, the first one of names."""
    printed.append(Table(title, note, tuple(columns), [tuple(row) for row in rows]))
    print(f"\n{title}\n  {note}")
    for cells in (columns, *rows):
        print("  " + cells[0].ljust(42) + "".join(f" {cell:>16}" for cell in cells[1:]), flush=True)


def time_text(seconds: float) -> str:
    """Seconds as milliseconds, with the digits that mean something."""
    scaled = seconds * 1e3
    return f"{scaled:.0f} ms" if scaled >= 100 else f"{scaled:.3f} ms"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
