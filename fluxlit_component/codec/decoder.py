"""From bytes back to the value. The bytes may be anything, also hostile.

Before a value is built, msgpack skips through the bytes once to check their structure and lengths. An item
takes at least one byte, so this also limits the memory for the value. Every failure is a `CorruptValue`, and
its message never quotes the bytes.
"""

from __future__ import annotations

from typing import Any, Final

from msgpack import Timestamp, Unpacker, unpackb

from fluxlit_component.codec.bounds import FORMAT, MAX_BYTES, MAX_COPIED, MAX_DEPTH, MAX_ITEMS, SEALED, survey
from fluxlit_component.codec.origin import split
from fluxlit_component.codec.refusals import type_name
from fluxlit_component.errors import CorruptValue

_FIRST: Final = bytes([FORMAT])
_PARTED: Final = bytes((*range(0x80, 0xA0), 0xC1, *range(0xC7, 0xCA), *range(0xD4, 0xD9), *range(0xDC, 0xE0)))
"""First bytes of the values that have parts to check. Numbers, texts, bytes, bools and None have none."""
_SMALL: Final = 256  # up to here msgpack's own limit is enough: no length inside may exceed that of the data


def decode(data: bytes, *, plain: bool = False) -> Any:
    """Turn bytes from `encode` back into the value; `CorruptValue`, and nothing else, for any other bytes.

    With `plain`, instances of registered models and dataclasses come back as dicts of their stored fields.
    A migration needs this to read values that the present classes do not accept.
    """
    if data[:1] != _FIRST:
        data = split(data)[1]
    if data[:1] != _FIRST:
        if data[:1] == bytes([SEALED]):
            raise CorruptValue("its seal is broken: it was changed, or moved from another place")
        raise CorruptValue("not a value this version can read: wrong first byte")
    if len(data) > MAX_BYTES:
        raise CorruptValue(f"a stored value of {len(data)} bytes: more than {MAX_BYTES} is never written")
    try:
        if data[1] not in _PARTED:
            return unpackb(data[1:], unicode_errors="surrogatepass")
        return Decoding(plain=plain).unpack(data[1:])
    except CorruptValue:
        raise
    except Exception as error:  # noqa: BLE001 - msgpack, the standard types and the engines raise anything
        # The cause is left out, because its message could quote the value.
        raise CorruptValue(f"a stored value is damaged ({type_name(type(error))})") from None


class Decoding:
    """The state of one decoding: its depth, and the number of items so far."""

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain
        self._depth = self._items = 0

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
    """Length of one encoded value; raises if its structure is wrong. The unpacker (1 MB) is freed at once."""
    unpacker = Unpacker(max_buffer_size=2**31 - 1)
    unpacker.feed(data)
    unpacker.skip()
    return int(unpacker.tell())
