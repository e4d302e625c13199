"""What can be said about a stored value without the app that stored it."""

from __future__ import annotations

import reprlib
from contextlib import suppress
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
    data, version = field.data, field.version
    if data is None:
        return Glimpse("deleted", 0, version)
    number = master_number(data)
    if number is not None:
        by = f"master key {number} and " if number else ""
        return Glimpse(f"sealed with {by}the session's own key", len(data), version)
    with suppress(CorruptValue):
        value = decode(data)
        kind = type(value)
        name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        return Glimpse(name, len(data), version, _text(value) if with_value else None)
    with suppress(CorruptValue):  # the fields of an object can be read without its class
        value = decode(data, plain=True)
        return Glimpse("object of the app", len(data), version, _text(value) if with_value else None)
    return Glimpse("unreadable", len(data), version)


def _text(value: object) -> str:
    """On one line, cut short, and without characters that steer a terminal."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = _LONGEST
    short.maxlist = short.maxdict = short.maxset = short.maxtuple = 20
    text = " ".join(short.repr(value).split())
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
