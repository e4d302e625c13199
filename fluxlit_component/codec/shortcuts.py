"""Faster ways than a full encoding to find out whether a value has changed.

An immutable object that is the same object as before has not changed. A plain tree consists of lists, dicts,
text, numbers, True, False and None. `PlainEncoder` does not check each part for types that msgpack writes as
another type. This is enough for a comparison with the bytes of an earlier plain tree. The answers are
conservative: a wrong False costs one encoding, a wrong True would lose a change.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgpack import Packer

from fluxlit_component.codec.bounds import FORMAT, survey

_SIMPLE: Final = frozenset({type(None), bool, int, float, str})
_PLAIN: Final = _SIMPLE | {list, dict}
_SHORT: Final = 16 * 1024


def is_immutable(value: object, *, depth: int = 20) -> bool:
    """Whether `value` cannot change, so that the same object always has the same value.

    Looks into nested tuples and frozensets up to `depth` levels.
    """
    kind = type(value)
    if kind in _PLAIN or kind is bytes:
        return kind is not list and kind is not dict
    if kind is tuple or kind is frozenset:
        items: tuple[object, ...] | frozenset[object] = value  # type: ignore[assignment]
        if _SIMPLE.issuperset(map(type, items)):
            return True
        return depth > 0 and all(is_immutable(item, depth=depth - 1) for item in items)
    from fluxlit_component.codec import registry

    row = registry.row_of_kind(kind)
    if row is not None and row.code in registry.MOMENTS:
        return is_immutable(value.tzinfo)  # type: ignore[attr-defined]
    # An Enum member is kept by its name, which cannot change.
    return isinstance(value, Enum) or (row is not None and row.code in registry.FROZEN)


class PlainEncoder:
    """Encodes plain trees, for one thread. One packer is reused: a new one is expensive for a short list."""

    def __init__(self) -> None:
        self._packer = Packer(strict_types=True, autoreset=False)

    def encode(self, value: object) -> bytes | None:
        """The bytes that `codec.encode` gives for a plain list or dict; None for other types or parts.

        Compare them only with the bytes of a value that `is_plain`. msgpack writes a bytearray in the same
        way as bytes, so the bytes of other values can be wrong.
        """
        return self._packed(value) if type(value) is list or type(value) is dict else None

    def encode_atom(self, value: object) -> bytes | None:
        """The bytes that `codec.encode` gives for a number, a short text, True, False or None.

        For any other value None. Most widgets hold such a simple value, which has no parts to check.
        """
        kind = type(value)
        if kind not in _SIMPLE or (kind is str and len(value) > _SHORT):  # type: ignore[arg-type]
            return None
        return self._packed(value)

    def _packed(self, value: object) -> bytes | None:
        packer = self._packer
        packer.reset()
        try:
            packer.pack(FORMAT)
            packer.pack(value)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return None
        data: bytes = packer.bytes()
        return data


def is_plain(value: object) -> bool:
    """Whether a value that can be encoded is a plain tree."""
    return survey(value).kinds <= _PLAIN
