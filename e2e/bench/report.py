"""What the benchmarks print: the floor, ours, their ratio, and whether the target is met.

Nothing fails here: on a busy machine a ratio says little, so it is reported and a person judges.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path


def print_machine() -> None:
    """Where and with what was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "msgpack", "cachetools"))
    load, system = os.getloadavg()[0], platform.platform(terse=True)
    print(f"{_processor()}, {os.cpu_count()} cores, load {load:.1f}; {system}")
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}")


def print_heading(title: str, *, floor: str) -> None:
    """Begin a table; `floor` says in words what ours is compared with."""
    print(f"\n{title}\n  floor: {floor}")
    print(f"  {'':42} {'floor':>10} {'ours':>10} {'ratio':>7} {'target':>7}")


def print_line(name: str, floor: Sequence[float], ours: Sequence[float], *, target: float | None) -> None:
    """One comparison of samples in seconds, by their medians. No target: for information."""
    low, high = statistics.median(floor), statistics.median(ours)
    ratio = high / low
    verdict = "" if target is None else "ok" if ratio <= target else "OVER"
    wanted = "" if target is None else f"{target:.2f}"
    print(f"  {name:42} {_time(low)} {_time(high)} {ratio:7.2f} {wanted:>7} {verdict}", flush=True)


def _time(seconds: float) -> str:
    scaled = seconds * 1e3
    return f"{scaled:7.0f} ms" if scaled >= 100 else f"{scaled:7.3f} ms"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
