"""A long walk: `python -m tests.law --seconds 3600`. By chance, each time another one."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.law.every import every_app
from tests.law.trial import search_by_chance
from tests.law.walk import COUNTS, Broken


def main() -> int:
    """Walk through all apps in turn until the time is over; tell what was found."""
    options = argparse.ArgumentParser(prog="python -m tests.law", description=__doc__)
    options.add_argument("--seconds", type=float, default=3600.0, help="how long (default: an hour)")
    options.add_argument(
        "--app", action="append", default=[], help="only this app; may be given several times"
    )
    options.add_argument("--examples", type=int, default=40, help="walks per app and turn")
    options.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="to do the same again")
    chosen = options.parse_args()
    apps = [app for app in every_app() if not chosen.app or app.name in chosen.app]
    print(f"{len(apps)} apps, {chosen.seconds:.0f} seconds, --seed {chosen.seed}", flush=True)
    found: dict[str, Broken] = {}
    end, turn = time.monotonic() + chosen.seconds, 0
    while time.monotonic() < end:
        for app in apps:
            if time.monotonic() >= end:
                break
            if app.name not in found and (
                broken := search_by_chance(app, chosen.seed + turn, examples=chosen.examples)
            ):
                found[app.name] = broken
                print(broken.line, flush=True)
        turn += 1
        if len(found) == len(apps):
            break
    print(f"the law: {COUNTS.walks} walks, {COUNTS.steps} steps compared, {len(found)} apps broken")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
