"""Headers of ASGI: pairs of bytes, any name in any case, any name more than once."""

from __future__ import annotations

from typing import TypeAlias

Headers: TypeAlias = list[tuple[bytes, bytes]]


def value_of(headers: Headers, name: bytes) -> bytes:
    """The first value of a header; empty if there is none."""
    return next((value for known, value in headers if known.lower() == name), b"")


def without(headers: Headers, name: bytes) -> Headers:
    """All the others."""
    return [(known, value) for known, value in headers if known.lower() != name]


def replaced(headers: Headers, name: bytes, value: bytes) -> Headers:
    """With this value for a header that is there; an empty one takes it out."""
    kept = without(headers, name)
    return [*kept, (name, value)] if value and len(kept) < len(headers) else kept
