"""`make bench`: what must stay fast, measured. Some of it: `python -m e2e.bench run memory`."""

from __future__ import annotations

import argparse
from importlib import import_module

from e2e.bench import report

BENCHES = (
    "reload",
    "load",
    "endurance",
    "run",
    "values",
    "memory",
    "stores",
    "footprint",
    "uploads",
    "streams",
    "comparison",
)
BY_NAME_ONLY = ("scale",)

parser = argparse.ArgumentParser(prog="python -m e2e.bench", description=__doc__)
parser.add_argument(
    "names",
    nargs="*",
    metavar="name",
    help=f"which of {', '.join(BENCHES)} (default: all), or {', '.join(BY_NAME_ONLY)}",
)
parser.add_argument("--quick", action="store_true", help="few rounds: to see that it runs, not how fast")
parser.add_argument(
    "--page",
    action="store_true",
    help="write what was measured into docs/benchmarks.md; the rest of it stays",
)
options = parser.parse_args()
unknown = set(options.names) - {*BENCHES, *BY_NAME_ONLY}
if unknown:
    parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")

page = import_module("e2e.bench.page") if options.page else None  # needs what draws the plot
report.print_machine()
for name in options.names or BENCHES:
    before = len(report.printed)
    import_module(f"e2e.bench.{name}").bench(quick=options.quick)
    if page is not None:
        page.write(name, report.printed[before:])
