"""What can be said about a stored value without the app that stored it."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import Final

from fluxlit_component.codec import decode
from fluxlit_component.errors import CorruptValue
from fluxlit_component.state.record import Field
from fluxlit_component.stores.sealed import master_number

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One key of a session as it is shown."""

    kind: str
    """The type of the value, or why it has none here."""
    size: int
    version: int
    value: str | None = None
    """What is stored, cut short; None unless asked for, and where it cannot be read."""


def glimpse(field: Field, *, with_value: bool) -> Glimpse:
    """Look at one stored value."""
    if field.data is None:
        return Glimpse("deleted", 0, field.version)
    size = len(field.data)
    number = master_number(field.data)
    if number is not None:
        by = f"master key {number} and " if number else ""
        return Glimpse(f"sealed with {by}the session's own key", size, field.version)
    kind, value = _decoded(field.data)
    return Glimpse(kind, size, field.version, _text(value) if with_value and kind != _UNREADABLE else None)


_UNREADABLE: Final = "unreadable"


def _decoded(data: bytes) -> tuple[str, object]:
    try:
        value = decode(data)
    except CorruptValue:
        pass
    else:
        return _name(type(value)), value
    try:  # an instance of a class that only the app registers: its fields are readable all the same
        return "object of the app", decode(data, plain=True)
    except CorruptValue:
        return _UNREADABLE, None


def _name(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _text(value: object) -> str:
    """On one line, cut short, and without characters that steer a terminal."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = _LONGEST
    short.maxlist = short.maxdict = short.maxset = short.maxtuple = 20
    text = " ".join(short.repr(value).split())
    cleaned = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
    return cleaned if len(cleaned) <= _LONGEST else f"{cleaned[: _LONGEST - 3]}..."
