"""`fluxlit-session stats`: how many sessions there are, how large and how old."""

from __future__ import annotations

import math
from collections import Counter
from statistics import median
from typing import Any, Final

from fluxlit_component.cli.entries import spans
from fluxlit_component.cli.output import JsonOption, print_json, print_table, watched
from fluxlit_component.cli.place import StoreOption, browsing, label_of, url_of
from fluxlit_component.panel.amounts import size_text, span_text

_AGES: Final = {"under an hour": 3600, "under a day": 86_400, "under a week": 604_800, "older": math.inf}


def stats(*, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Count sessions, keys and bytes, and say how old the sessions are."""
    counts: Counter[str] = Counter()
    by_age = dict.fromkeys(_AGES, 0)
    sizes: list[int] = []
    ages: list[float] = []
    with browsing(store) as found:
        for entry in watched(found.browse(), "Looking through", found.estimate()):
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
