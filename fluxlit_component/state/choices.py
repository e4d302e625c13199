"""Which widget values were chosen by somebody. Only chosen values are kept.

A widget that nobody has changed shows the app's default of the moment when the page is loaded. The last
untouched value of a widget is remembered, because the default may change while the page is open.
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
    """Whether a widget shows its default; False if the comparison fails."""
    try:
        expected = default()
        if type(value) is type(expected) and isinstance(value, (str, int, float, type(None))):
            return bool(value == expected)
        data = encoded(value)
        return data == encoded(expected) if data is not None else bool(value == expected)
    except Exception:  # noqa: BLE001 - a widget's own code, or a comparison that a value does not allow
        return False
