"""Types of the standard library that msgpack does not have. Each value keeps its exact type.

The items of a set are sorted by their encodings: the same bytes in every process, whatever PYTHONHASHSEED is.
"""

from __future__ import annotations

import os
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Final
from uuid import UUID, SafeUUID

from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, fixed, require, row_of, row_of_parts
from fluxlit_component.errors import CorruptValue

_MAX_NUMBER: Final = 4096
"""Most bytes of one number of a fraction or range: the time to build one grows with their square."""
_SAFETY: Final = (SafeUUID.safe, SafeUUID.unsafe, SafeUUID.unknown)
_PATHS: Final = (PurePosixPath, PureWindowsPath, PosixPath, WindowsPath)
_FACTORIES: Final[dict[str, Callable[[], object] | None]] = {
    "none": None,
    **{kind.__name__: kind for kind in (int, float, str, bool, bytes, list, dict, set, tuple)},
}


def _decimal(payload: bytes, _: Decoding) -> Decimal:
    text = payload.decode("ascii")
    value = Decimal(text)
    require(str(value) == text, "Decimal")
    return value


def _uuid(payload: bytes, _: Decoding) -> UUID:
    (safety,) = payload[16:]
    return UUID(bytes=payload[:16], is_safe=_SAFETY[safety])


def _pack_path(value: PurePath, _: Encoding) -> bytes:
    return bytes([_PATHS.index(type(value))]) + str(value).encode("utf-8", "surrogatepass")


def _path(payload: bytes, _: Decoding) -> PurePath:
    kind = _PATHS[payload[0]]
    if issubclass(kind, WindowsPath if os.name == "posix" else PosixPath):
        raise CorruptValue("a stored path belongs to another operating system; keep a PurePath instead")
    return kind(payload[1:].decode("utf-8", "surrogatepass"))


def _are_short(*numbers: int) -> bool:
    return all(number.bit_length() <= 8 * _MAX_NUMBER for number in numbers)


def _short(value: object, *numbers: int) -> list[int]:
    if not _are_short(*numbers):
        number = {2: "two", 3: "three"}[len(numbers)]
        raise refusal(value, f"its numbers have more than {_MAX_NUMBER} bytes; keep the {number} numbers")
    return [*numbers]


def _fraction(numerator: int, denominator: int) -> Fraction:
    require(denominator > 0 and _are_short(numerator, denominator), "Fraction")
    return Fraction(numerator, denominator)


def _range(start: int, stop: int, step: int) -> range:
    require(_are_short(start, stop, step), "range")
    return range(start, stop, step)


def _pack_set(value: set[object] | frozenset[object], encoding: Encoding) -> bytes:
    # This writes a msgpack array from the sorted encodings. Encoding the items again after sorting would
    # double the work at each level of nested sets.
    items = sorted(map(encoding.pack, [*value]))
    return b"\xdd" + len(items).to_bytes(4, "big") + b"".join(items)


def _unpack_set(payload: bytes, decoding: Decoding) -> set[object]:
    items = decoding.unpack(payload)
    require(type(items) is list, "set")
    value = set(items)
    require(len(value) == len(items), "set")
    return value


def _plain_dict(value: OrderedDict[object, object] | Counter[object]) -> dict[object, object]:
    if vars(value):
        raise refusal(value, "it carries attributes of its own; keep them beside it, in a dict")
    return dict(value)


def _default_dict(value: defaultdict[object, object]) -> list[object]:
    for name, factory in _FACTORIES.items():
        if value.default_factory is factory:
            return [name, dict(value)]
    names = ", ".join(_FACTORIES)
    raise refusal(value, f"only these default factories can be kept: {names}; use one, or store dict(value)")


def _deque(maxlen: int | None, items: list[object]) -> deque[object]:
    require(maxlen is None or len(items) <= maxlen, "deque")
    return deque(items, maxlen)


ROWS: Final = (
    Row(
        int,
        Code.BIG_INT,
        lambda value, _: value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True),
        lambda payload, _: int.from_bytes(payload, "big", signed=True),
    ),
    fixed(complex, Code.COMPLEX, ">dd", lambda value: (value.real, value.imag)),
    # The text keeps the sign, all digits and the exponent, also of NaN. It does not depend on the context.
    Row(Decimal, Code.DECIMAL, lambda value, _: str(value).encode("ascii"), _decimal),
    row_of_parts(Fraction, Code.FRACTION, lambda x: _short(x, x.numerator, x.denominator), _fraction),
    Row(UUID, Code.UUID, lambda value, _: value.bytes + bytes([_SAFETY.index(value.is_safe)]), _uuid),
    Row(bytearray, Code.BYTEARRAY, lambda value, _: bytes(value), lambda payload, _: bytearray(payload)),
    *(Row(kind, Code.PATH, _pack_path, _path) for kind in _PATHS),
    row_of(tuple, Code.TUPLE, list, tuple, of=list),
    Row(set, Code.SET, _pack_set, _unpack_set),
    Row(frozenset, Code.FROZENSET, _pack_set, lambda *stored: frozenset(_unpack_set(*stored))),
    row_of(OrderedDict, Code.ORDERED_DICT, _plain_dict, OrderedDict, of=dict),
    row_of_parts(defaultdict, Code.DEFAULT_DICT, _default_dict, lambda x, of: defaultdict(_FACTORIES[x], of)),
    row_of(Counter, Code.COUNTER, _plain_dict, Counter, of=dict),
    row_of_parts(deque, Code.DEQUE, lambda value: [value.maxlen, list(value)], _deque),
    row_of_parts(range, Code.RANGE, lambda x: _short(x, x.start, x.stop, x.step), _range),
)
