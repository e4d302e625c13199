"""The origin of a stored value: at most one byte in front of its encoding. `decode` ignores this byte.

The value of a widget ends with its widget, a plain value does not. After a page load only this byte tells
which is which. No byte: a plain value, or a value of a store that keeps values in a form of its own.
"""

from __future__ import annotations

from typing import Final

PLAIN: Final = 0
WIDGET: Final = 1  # the value of a widget: Streamlit drops it when the widget is no longer on the page
ASSIGNED: Final = 2  # the app has assigned the key: the value counts as chosen, even if it is the default
LOSSY: Final = 4  # another value of the same save could not be kept: only that may have hidden the widget
AFTER: Final = 8  # the widget is drawn after the session's block, when the run has been saved already
ABOVE: Final = 16  # the widget is not on the page, and the app keeps its value above the session's call
_BASE: Final = 0xF0
_ORIGINS: Final = {_BASE ^ origin: origin for origin in (*range(1, ABOVE), WIDGET | ASSIGNED | ABOVE)}


def mark(data: bytes, origin: int) -> bytes:
    """Put the byte in front of an encoded value, unless the value is plain."""
    return data if origin == PLAIN else bytes((_BASE ^ origin,)) + data


def split(data: bytes) -> tuple[int, bytes]:
    """Split bytes that `mark` returned into the origin and the encoded value."""
    origin = _ORIGINS.get(data[0], PLAIN) if data else PLAIN
    return origin, data[1:] if origin else data
