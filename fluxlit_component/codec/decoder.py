"""From bytes back to the value, whatever the bytes are.

Before anything is built, msgpack skips through the bytes once: structure and lengths must be true.
An item takes at least a byte, so that also bounds what the building can take. Every failure is
a `CorruptValue` whose message never quotes the bytes.
"""

from __future__ import annotations

from typing import Any, Final

from msgpack import Timestamp, Unpacker, unpackb

from fluxlit_component.codec.bounds import FORMAT, MAX_BYTES, MAX_COPIED, MAX_DEPTH, MAX_ITEMS, survey
from fluxlit_component.codec.origin import split
from fluxlit_component.codec.refusals import type_name
from fluxlit_component.errors import CorruptValue

_FIRST: Final = bytes([FORMAT])
_SMALL: Final = 256
"""Below this msgpack's own limit (no length beyond that of the data) is bound enough."""


def decode(data: bytes, *, plain: bool = False) -> Any:
    """Turn bytes from `encode` back into the value.

    With `plain`, instances of registered models and dataclasses come back as dicts of their fields, as
    they were stored: for a migration that must read what the present classes would not take.

    Raises:
        CorruptValue: for any bytes that are not an encoded value, and nothing else.
    """
    if data[:1] != _FIRST:
        data = split(data)[1]
    if data[:1] != _FIRST:
        raise CorruptValue("not a value this version can read: wrong first byte")
    if len(data) > MAX_BYTES:
        raise CorruptValue(f"a stored value of {len(data)} bytes: more than {MAX_BYTES} is never written")
    try:
        if data[1] in _LEAVES:
            return unpackb(data[1:], unicode_errors="surrogatepass")
        return Decoding(plain=plain).unpack(data[1:])
    except CorruptValue:
        raise
    except Exception as error:  # noqa: BLE001 - msgpack, the standard types and the engines raise anything
        # Without the cause: its message could quote the value.
        raise CorruptValue(f"a stored value is damaged ({type_name(type(error))})") from None


_LEAVES: Final = frozenset({*range(0x80), *range(0xA0, 0xC1), *range(0xC2, 0xC7), *range(0xCA, 0xD4)}) | {
    *range(0xD9, 0xDC),
    *range(0xE0, 0x100),
}
"""How msgpack begins a number, a text, bytes, a bool or None: nothing is inside that needs a look."""


class Decoding:
    """One decoding: how deep it is, and how many items it has met."""

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain
        self._depth = 0
        self._items = 0

    def unpack(self, data: bytes) -> Any:
        """Decode a part of the value."""
        if self._depth > MAX_DEPTH:
            raise CorruptValue(f"a stored value is nested deeper than {MAX_DEPTH} levels")
        if len(data) * self._depth > MAX_COPIED:
            raise CorruptValue("a stored value has a large part deeper inside than is ever written")
        if len(data) > _SMALL and _length_of_one(data) != len(data):
            raise CorruptValue("a stored value is damaged")
        limits: dict[str, Any] = {}
        if len(data) > MAX_ITEMS:
            limits = {"list_hook": self._count, "object_hook": self._count}
            limits |= {"max_array_len": MAX_ITEMS, "max_map_len": MAX_ITEMS}
        self._depth += 1
        try:
            value = unpackb(
                data, strict_map_key=False, unicode_errors="surrogatepass", ext_hook=self._extend, **limits
            )
        finally:
            self._depth -= 1
        if Timestamp in survey(value).kinds:
            raise CorruptValue("a stored value holds a msgpack timestamp, which is never written")
        return value

    def _extend(self, code: int, payload: bytes) -> object:
        from fluxlit_component.codec import registry

        row = registry.row_of_code(code)
        if row is None:
            raise CorruptValue(f"a stored value holds the unknown extension {code}")
        return row.unpack(payload, self)

    def _count(self, container: Any) -> Any:
        self._items += len(container)
        if self._items > MAX_ITEMS:
            raise CorruptValue(f"a stored value has more than {MAX_ITEMS} items")
        return container


def _length_of_one(data: bytes) -> int:
    """Skip one value; raises if its structure is not true. The unpacker holds a megabyte: it goes at once."""
    unpacker = Unpacker(max_buffer_size=2**31 - 1)
    unpacker.feed(data)
    unpacker.skip()
    length: int = unpacker.tell()
    return length
