"""Which values of widgets somebody has chosen: only those are kept.

A widget that nobody has changed follows the app's default, whatever that is when the page is loaded. What it
held when it was last seen untouched is remembered, because a default may change while the page stands.
"""

from __future__ import annotations

from collections.abc import Callable

from fluxlit_component.codec import encode
from fluxlit_component.errors import UnstorableValue


def encoded(value: object) -> bytes | None:
    """The value's bytes, or None if it cannot be kept."""
    try:
        return encode(value)
    except UnstorableValue:
        return None


def is_default(value: object, default: Callable[[], object]) -> bool:
    """Whether a widget shows its default; False if that cannot be told."""
    try:
        expected = default()
        if type(value) is type(expected) and isinstance(value, (str, int, float, type(None))):
            return bool(value == expected)
        data = encoded(value)
        return data == encoded(expected) if data is not None else bool(value == expected)
    except Exception:  # noqa: BLE001 - a widget's own code, or a comparison that a value does not allow
        return False
