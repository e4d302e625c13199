"""What spares a value its encoding when all that is asked is whether it has changed.

An object that cannot change, being the same object as before, is what it was. A plain tree (lists and dicts
of text, numbers, True, False and None) has a short way to its bytes: asking of a list of rows in every run
need not cost a look at each part for what msgpack would write without asking, if nothing of that kind was in
it before. The answers are conservative: False costs one encoding, a wrong True would lose a change.
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
    """Whether `value`, being the same object as before, must also be equal to what it was.

    Looks `depth` tuples and frozensets deep.
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
    # A member is kept by its name, and which one it is cannot change.
    return isinstance(value, Enum) or (row is not None and row.code in registry.FROZEN)


class PlainEncoder:
    """Encodes plain trees one after the other, for one thread: a packer is dear to make for a short list."""

    def __init__(self) -> None:
        self._packer = Packer(strict_types=True, autoreset=False)

    def encode(self, value: object) -> bytes | None:
        """The bytes that `codec.encode` gives for a plain tree; None for a value with something else in it.

        Only to be compared with the bytes of a value that `is_plain`: msgpack writes a bytearray as it
        writes bytes, so of other values these bytes do not tell what they were.
        """
        return self._packed(value) if type(value) is list or type(value) is dict else None

    def encode_atom(self, value: object) -> bytes | None:
        """The bytes that `codec.encode` gives for a number, a short text, True, False or None.

        For anything else None: that is what most widgets hold, and it needs no look at its parts.
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
