"""How long a listed session has been there and how long it still has, by the store's own clock."""

from __future__ import annotations

from fluxlit_component.stores.inventory import Entry


def age(entry: Entry) -> float:
    """Seconds since it was begun."""
    return max(0.0, entry.now - entry.created)


def idle_left(entry: Entry) -> float | None:
    """Seconds until it ends if nobody uses it; None: no idle lifetime."""
    return None if entry.idle_expires is None else entry.idle_expires - entry.now


def left(entry: Entry) -> float | None:
    """Seconds until it ends whatever happens; None: no absolute lifetime."""
    return None if entry.expires is None else entry.expires - entry.now


def document(entry: Entry) -> dict[str, float | None]:
    """As it is put into JSON."""
    spans = {"age_seconds": age(entry), "idle_left_seconds": idle_left(entry), "left_seconds": left(entry)}
    return {name: None if seconds is None else round(seconds, 3) for name, seconds in spans.items()}
