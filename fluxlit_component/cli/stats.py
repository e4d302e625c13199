"""`fluxlit-session stats`: how many sessions there are, how large and how old."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from fluxlit_component.cli.options import JsonOption, StoreOption
from fluxlit_component.cli.output import print_json, print_table, progress, size_text, span_text
from fluxlit_component.cli.place import browsing, label_of, url_of
from fluxlit_component.stores.inventory import Entry

_AGES: Final = {"under an hour": 3600.0, "under a day": 86_400.0, "under a week": 604_800.0}
_OLDER: Final = "older"


@dataclass
class Tally:
    """What is added up while the sessions go by."""

    expired: int = 0
    destroyed: int = 0
    keys: int = 0
    sizes: list[int] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Count one session."""
        if entry.standing == "expired":
            self.expired += 1
        elif entry.standing == "destroyed":
            self.destroyed += 1
        else:
            self.keys += entry.keys
            self.sizes.append(entry.size)
            self.ages.append(max(0.0, entry.now - entry.created))

    def by_age(self) -> dict[str, int]:
        """How many living sessions there are of each age."""
        counts = dict.fromkeys([*_AGES, _OLDER], 0)
        for age in self.ages:
            counts[next((name for name, limit in _AGES.items() if age < limit), _OLDER)] += 1
        return counts


def stats(*, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Count sessions, keys and bytes, and say how old the sessions are."""
    tally = Tally()
    with browsing(store) as found, progress("Looking through", found.estimate()) as advance:
        for entry in found.browse():
            tally.add(entry)
            advance()
    label = label_of(url_of(store))
    if as_json:
        print_json(_document(label, tally))
        return
    sizes, ages = tally.sizes, tally.ages
    rows: list[tuple[str, object]] = [
        ("store", label),
        ("sessions", len(sizes)),
        ("keys", tally.keys),
        ("values", size_text(sum(sizes))),
        ("largest session", size_text(max(sizes, default=0))),
        ("median session", size_text(median(sizes) if sizes else 0)),
        ("oldest", span_text(max(ages, default=0.0))),
        ("newest", span_text(min(ages, default=0.0))),
        *((f"  {name}", count) for name, count in tally.by_age().items()),
        ("expired, not dropped yet", tally.expired),
        ("destroyed, still remembered", tally.destroyed),
    ]
    print_table(["", ">"], rows)


def _document(label: str, tally: Tally) -> dict[str, Any]:
    sizes, ages = tally.sizes, tally.ages
    return {
        "store": label,
        "sessions": len(sizes),
        "keys": tally.keys,
        "bytes": sum(sizes),
        "largest_bytes": max(sizes, default=0),
        "median_bytes": median(sizes) if sizes else 0,
        "oldest_seconds": round(max(ages, default=0.0), 3),
        "newest_seconds": round(min(ages, default=0.0), 3),
        "by_age": tally.by_age(),
        "expired": tally.expired,
        "destroyed": tally.destroyed,
    }
