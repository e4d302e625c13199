"""Where a stored value came from: at most one byte before it, which `decode` passes over.

A value of a widget ends with its widget, a plain one does not; after a page load nothing else tells them
apart. No byte: a plain value, or one of a store that keeps values in a form of its own.
"""

from __future__ import annotations

from typing import Final

PLAIN: Final = 0
WIDGET: Final = 1
"""Streamlit drops the value once its widget is not on the page."""
ASSIGNED: Final = 2
"""The app has assigned the key: the value is its choice, whatever the widget's default."""

LOSSY: Final = 4
"""It was saved beside something that could not be: its widget may be away only because of that."""
AFTER: Final = 8
"""Its widget is drawn after the session's block, when the end of the run has been saved already."""

_FIRST: Final = 0xF0
_LAST: Final = _FIRST | WIDGET | ASSIGNED | LOSSY | AFTER


def mark(data: bytes, origin: int) -> bytes:
    """Put the byte before an encoded value, if there is anything to tell."""
    return data if origin == PLAIN else bytes((_FIRST | origin,)) + data


def split(data: bytes) -> tuple[int, bytes]:
    """Origin and encoded value of what `mark` made."""
    if data and _FIRST < data[0] <= _LAST:
        return data[0] & ~_FIRST, data[1:]
    return PLAIN, data
