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
    label, keys = label_of(url_of(store)), 0
    ended: Counter[str] = Counter()
    sizes: list[int] = []
    ages: list[float] = []
    with browsing(store) as found:
        for entry in watched(found.browse(), "Looking through", found.estimate()):
            if entry.standing == "alive":
                keys += entry.keys
                sizes.append(entry.size)
                ages.append(spans(entry)[0])
            else:
                ended[entry.standing] += 1
    by_age = Counter(next(name for name, limit in _AGES.items() if age < limit) for age in ages)
    figures: dict[str, Any] = {
        "store": label,
        "sessions": len(sizes),
        "keys": keys,
        "bytes": sum(sizes),
        "largest_bytes": max(sizes, default=0),
        "median_bytes": median(sizes or [0]),
        "oldest_seconds": max(ages, default=0.0),
        "newest_seconds": min(ages, default=0.0),
        "by_age": {name: by_age[name] for name in _AGES},
        "expired": ended["expired"],
        "destroyed": ended["destroyed"],
    }
    if as_json:
        print_json(figures)
        return
    counts = figures.pop("by_age")
    rows = {**figures, **counts}
    print_table(["", ">"], [(name.replace("_", " "), _said(name, value)) for name, value in rows.items()])


def _said(name: str, value: Any) -> object:
    if name.endswith("bytes"):
        return size_text(value)
    return span_text(value) if name.endswith("seconds") else value
