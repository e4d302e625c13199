"""The short way to the bytes of a plain tree: lists and dicts of text, numbers, True, False and None.

Asking "has it changed?" of a list of rows in every run need not cost a look at each part for what
msgpack would write without asking: the packer's one sweep in C is enough, if nothing of that kind was in it
before.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, Final, NoReturn

from msgpack import Packer

from fluxlit_component.codec.codes import FORMAT

_ATOMS: Final = frozenset({type(None), bool, int, float, str})
_PLAIN: Final = _ATOMS | {list, dict}


class PlainEncoder:
    """Encodes plain trees one after the other, for one thread: a packer is dear to make for a short list."""

    def __init__(self) -> None:
        self._packer = Packer(default=_refuse, strict_types=True, autoreset=False)

    def encode(self, value: object) -> bytes | None:
        """The bytes that `codec.encode` gives for a plain tree; None for a value with something else in it.

        Only to be compared with the bytes of a value that `is_plain`: msgpack writes a bytearray as it
        writes bytes, so of other values these bytes do not tell what they were.
        """
        if type(value) is not list and type(value) is not dict:
            return None
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
    level: list[Any] = [value]
    while True:
        kinds = set(map(type, level))
        if kinds <= _ATOMS:
            return True
        if not kinds <= _PLAIN:
            return False
        dicts = [item for item in level if type(item) is dict]
        parts: list[Any] = [item for item in level if type(item) is list]
        parts += [item.keys() for item in dicts]
        parts += [item.values() for item in dicts]
        level = list(chain.from_iterable(parts))


def _refuse(value: object) -> NoReturn:
    raise TypeError(type(value).__name__)
